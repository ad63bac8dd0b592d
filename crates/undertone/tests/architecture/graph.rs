//! Which file imports which.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

use crate::module::{Crate, Module};

/// The imports of every module, by name.
pub(crate) type Edges = BTreeMap<String, BTreeSet<String>>;

/// Collect the imports between the files of a crate.
pub(crate) fn imports(krate: &Crate) -> Edges {
    krate
        .modules
        .iter()
        .map(|(name, module)| {
            let mut paths = module.imports.clone();
            for code in &module.code {
                paths_in(code.clone(), &mut paths);
            }
            let owners = paths.iter().filter_map(|path| owner(krate, name, path, 0));
            let others = owners.filter(|owner| owner != name);
            (name.clone(), others.collect())
        })
        .collect()
}

/// Collect the paths that code names: `a::b::C`, and single names.
fn paths_in(tokens: TokenStream, paths: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    let mut after_dot = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                }
                if !after_dot {
                    path.push(ident.to_string());
                }
                colons = 0;
                after_dot = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            other => {
                paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                colons = 0;
                after_dot = matches!(&other, TokenTree::Punct(punct) if punct.as_char() == '.');
                if let TokenTree::Group(group) = other {
                    paths_in(group.stream(), paths);
                }
            }
        }
    }
    paths.extend((!path.is_empty()).then_some(path));
}

/// The module that defines what a path names, seen from `module`; `None` for other crates.
fn owner(krate: &Crate, module: &str, path: &[String], depth: usize) -> Option<String> {
    let (first, rest) = path.split_first()?;
    // `pub(crate)` and `pub(super)` name no item.
    if rest.is_empty() && ["crate", "self", "super"].contains(&first.as_str()) {
        return None;
    }
    match first.as_str() {
        "crate" => walk(krate, String::new(), rest, depth),
        "self" => walk(krate, module.to_owned(), rest, depth),
        "super" => walk_up(krate, module, rest, depth),
        name => {
            let here = &krate.modules[module];
            if !rest.is_empty() && krate.modules.contains_key(&child(module, name)) {
                return walk(krate, child(module, name), rest, depth);
            }
            // A name that is brought into scope by `use`.
            if here.used.contains_key(name) && !here.defined.contains(name) {
                return walk(krate, module.to_owned(), path, depth);
            }
            from_globs(krate, module, here, path, depth)
        }
    }
}

fn walk_up(krate: &Crate, module: &str, rest: &[String], depth: usize) -> Option<String> {
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    match rest.split_first() {
        Some((first, rest)) if first == "super" => walk_up(krate, parent, rest, depth),
        _ => walk(krate, parent.to_owned(), rest, depth),
    }
}

/// Follow a path from a module down to the module that defines its item.
fn walk(krate: &Crate, module: String, path: &[String], depth: usize) -> Option<String> {
    let Some((name, rest)) = path.split_first() else {
        return Some(module);
    };
    if krate.modules.contains_key(&child(&module, name)) {
        return walk(krate, child(&module, name), rest, depth);
    }
    let here = &krate.modules[&module];
    if here.defined.contains(name) || depth > 16 {
        return Some(module);
    }
    if let Some(target) = here.used.get(name) {
        let mut target = target.clone();
        target.extend_from_slice(rest);
        return owner_of_use(krate, &module, &target, depth + 1);
    }
    from_globs(krate, &module, here, path, depth).or(Some(module))
}

/// `use` paths begin at a child module or at another crate.
fn owner_of_use(krate: &Crate, module: &str, path: &[String], depth: usize) -> Option<String> {
    match path.first().map(String::as_str) {
        Some("crate" | "self" | "super") => owner(krate, module, path, depth),
        Some(name) if krate.modules.contains_key(&child(module, name)) => {
            walk(krate, module.to_owned(), path, depth)
        }
        _ => None,
    }
}

fn from_globs(
    krate: &Crate,
    module: &str,
    here: &Module,
    path: &[String],
    depth: usize,
) -> Option<String> {
    let name = path.first()?;
    here.globs.iter().find_map(|glob| {
        let opened = owner_of_use(krate, module, glob, depth + 1)?;
        let found = &krate.modules[&opened];
        (opened != module && (found.defined.contains(name) || found.used.contains_key(name)))
            .then(|| walk(krate, opened, path, depth + 1))?
    })
}

fn child(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}
