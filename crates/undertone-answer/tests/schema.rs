//! A validator for the JSON Schema keywords that the schema of answers and the OpenAPI document
//! use. It panics on any other keyword. Tests of other crates include this file.
//!
//! The crate `jsonschema` knows all keywords, but it switches on features of crates that Burn
//! shares, so that `cargo test` would build Burn a second time after `cargo build`.

use regex_lite::Regex;
use serde_json::Value;

/// Collect the violations of the schema at a JSON pointer of a document, each with its place in the
/// value.
pub(crate) fn violations(document: &Value, pointer: &str, value: &Value) -> Vec<String> {
    let schema = document.pointer(pointer);
    let schema = schema.unwrap_or_else(|| panic!("the document has no {pointer}"));
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let keywords = schema.as_object().expect("a schema is an object");
    for (keyword, rule) in keywords {
        let holds = match keyword.as_str() {
            "$ref" => {
                let target = document.pointer(&text(rule)[1..]).expect("a reference");
                check(document, target, value, place, found);
                true
            }
            "type" => match rule {
                Value::Array(types) => types.iter().any(|it| is_of_type(value, text(it))),
                name => is_of_type(value, text(name)),
            },
            "enum" => list(rule).contains(value),
            "minimum" => value.as_f64() >= rule.as_f64(),
            "maximum" => value.as_f64() <= rule.as_f64(),
            "minItems" => value.as_array().map(Vec::len) >= rule.as_u64().map(|it| it as usize),
            "pattern" => match value.as_str() {
                Some(value) => Regex::new(text(rule)).unwrap().is_match(value),
                None => true,
            },
            "required" => list(rule).iter().all(|it| value.get(text(it)).is_some()),
            "properties" => {
                for (name, property) in rule.as_object().expect("an object of schemas") {
                    if let Some(value) = value.get(name) {
                        check(document, property, value, &format!("{place}/{name}"), found);
                    }
                }
                true
            }
            "additionalProperties" => {
                let named = &schema["properties"];
                let own = value.as_object().into_iter().flatten();
                let others: Vec<&String> = own
                    .map(|(name, _)| name)
                    .filter(|name| named.get(name).is_none())
                    .collect();
                if let (Value::Bool(false), [name, ..]) = (rule, &others[..]) {
                    found.push(format!("{place}: `{name}` is not described"));
                } else if rule.is_object() {
                    for name in others {
                        check(
                            document,
                            rule,
                            &value[name],
                            &format!("{place}/{name}"),
                            found,
                        );
                    }
                }
                true
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, rule, item, &format!("{place}/{index}"), found);
                }
                true
            }
            "anyOf" => list(rule).iter().any(|schema| {
                let mut own = Vec::new();
                check(document, schema, value, place, &mut own);
                own.is_empty()
            }),
            "description" | "title" | "contentEncoding" | "format" => true,
            "$schema" | "$id" | "$defs" => true,
            other => panic!("the validator does not know the keyword `{other}`"),
        };
        if !holds {
            found.push(format!("{place}: {value} violates {keyword}: {rule}"));
        }
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|it| it.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the validator does not know the type `{other}`"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[test]
fn violations_are_found() {
    let document = serde_json::json!({
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "clip": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": ["string", "null"]}, "color": {"pattern": "^#[0-9a-f]{6}$"}},
            "additionalProperties": false
        },
        "either": {"anyOf": [{"$ref": "#/share"}, {"$ref": "#/clip"}]},
        "list": {"type": "array", "minItems": 1, "items": {"enum": ["a", "b"]}}
    });
    for (pointer, valid, invalid) in [
        ("/share", "0.5", "1.5"),
        ("/share", "1", "\"1\""),
        ("/clip", r#"{"name": null}"#, r##"{"color": "#00ff00"}"##),
        (
            "/clip",
            r##"{"name": "x", "color": "#00ff00"}"##,
            r#"{"name": "x", "color": "red"}"#,
        ),
        ("/clip", r#"{"name": "x"}"#, r#"{"name": "x", "other": 1}"#),
        ("/either", "0", "2"),
        ("/list", r#"["a", "b"]"#, r#"["a", "c"]"#),
        ("/list", r#"["a"]"#, "[]"),
    ] {
        let found =
            |text: &str| violations(&document, pointer, &serde_json::from_str(text).unwrap());
        assert_eq!(found(valid), Vec::<String>::new(), "{pointer} {valid}");
        assert_ne!(found(invalid), Vec::<String>::new(), "{pointer} {invalid}");
    }
}
