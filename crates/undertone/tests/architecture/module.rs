//! The files of a crate as a tree of modules, and the names in each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// A crate's modules by their path from the root, `a::b`; the root is empty.
pub(crate) struct Crate {
    pub(crate) modules: BTreeMap<String, Module>,
}

/// One file.
#[derive(Default)]
pub(crate) struct Module {
    /// The names that the file defines.
    pub(crate) defined: BTreeSet<String>,
    /// The names that `use` brings into scope, and the paths that they stand for.
    pub(crate) used: BTreeMap<String, Vec<String>>,
    /// The modules that `use module::*` opens.
    pub(crate) globs: Vec<Vec<String>>,
    /// The paths of private `use` declarations.
    pub(crate) imports: Vec<Vec<String>>,
    /// The code without its `use` declarations and tests.
    pub(crate) code: Vec<TokenStream>,
}

impl Crate {
    /// Read a crate from its folder.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut modules = BTreeMap::new();
        let root = ["src/lib.rs", "src/main.rs"]
            .map(|file| folder.join(file))
            .into_iter()
            .find(|file| file.is_file())
            .unwrap_or_else(|| panic!("{} has no root", folder.display()));
        read_file(&root, String::new(), &mut modules);
        Self { modules }
    }
}

fn read_file(file: &Path, name: String, modules: &mut BTreeMap<String, Module>) {
    let text =
        std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed =
        syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut module = Module::default();
    let mut children = Vec::new();
    read_items(parsed.items, &mut module, &mut children);
    modules.insert(name.clone(), module);
    for child in children {
        let path = if name.is_empty() {
            child.clone()
        } else {
            format!("{name}::{child}")
        };
        read_file(&file_of(file, &child), path, modules);
    }
}

fn read_items(items: Vec<Item>, module: &mut Module, children: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Mod(item) if !is_test(&item.attrs) => match item.content {
                Some((_, items)) => read_items(items, module, children),
                None => children.push(item.ident.to_string()),
            },
            Item::Use(item) if !is_test(&item.attrs) => {
                let private = matches!(item.vis, Visibility::Inherited);
                read_use(&item.tree, &mut Vec::new(), private, module);
            }
            Item::Mod(_) | Item::Use(_) => {}
            item => {
                let (name, attributes) = signature(&item);
                if !is_test(attributes) {
                    module.defined.extend(name);
                    module.code.push(item.to_token_stream());
                }
            }
        }
    }
}

fn signature(item: &Item) -> (Option<String>, &[Attribute]) {
    match item {
        Item::Const(it) => (Some(it.ident.to_string()), &it.attrs),
        Item::Enum(it) => (Some(it.ident.to_string()), &it.attrs),
        Item::Fn(it) => (Some(it.sig.ident.to_string()), &it.attrs),
        Item::Impl(it) => (None, &it.attrs),
        Item::Macro(it) => (it.ident.as_ref().map(ToString::to_string), &it.attrs),
        Item::Static(it) => (Some(it.ident.to_string()), &it.attrs),
        Item::Struct(it) => (Some(it.ident.to_string()), &it.attrs),
        Item::Trait(it) => (Some(it.ident.to_string()), &it.attrs),
        Item::Type(it) => (Some(it.ident.to_string()), &it.attrs),
        Item::Union(it) => (Some(it.ident.to_string()), &it.attrs),
        _ => (None, &[]),
    }
}

fn read_use(tree: &UseTree, path: &mut Vec<String>, private: bool, module: &mut Module) {
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            read_use(&tree.tree, path, private, module);
            path.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                read_use(tree, path, private, module);
            }
        }
        UseTree::Glob(_) => {
            module.globs.push(path.clone());
            if private {
                module.imports.push(path.clone());
            }
        }
        UseTree::Name(name) => import(path, &name.ident, &name.ident, private, module),
        UseTree::Rename(name) => import(path, &name.ident, &name.rename, private, module),
    }
}

fn import(
    path: &[String],
    name: &syn::Ident,
    local: &syn::Ident,
    private: bool,
    module: &mut Module,
) {
    let mut full = path.to_vec();
    let mut local = local.to_string();
    if name == "self" {
        local = path.last().cloned().unwrap_or_default();
    } else {
        full.push(name.to_string());
    }
    if private {
        module.imports.push(full.clone());
    }
    module.used.insert(local, full);
}

/// Whether an item is compiled for tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string();
        text == "# [cfg (test)]" || text == "# [test]"
    })
}

/// The file of a module that `parent` declares.
fn file_of(parent: &Path, child: &str) -> PathBuf {
    let stem = parent.file_stem().unwrap_or_default();
    let folder = parent.parent().unwrap_or(Path::new(""));
    let folder = if ["lib", "main", "mod"].iter().any(|root| stem == *root) {
        folder.to_owned()
    } else {
        folder.join(stem)
    };
    let file = folder.join(format!("{child}.rs"));
    if file.is_file() {
        file
    } else {
        folder.join(child).join("mod.rs")
    }
}
