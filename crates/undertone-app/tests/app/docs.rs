use crate::support::start;

#[test]
fn the_interface_is_described() {
    let server = start();
    let answer = server.get("/api/openapi.json");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let description = answer.json();
    assert_eq!(description["openapi"], "3.1.0");
    assert_eq!(description["info"]["version"], env!("CARGO_PKG_VERSION"));
    for (path, operations) in description["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            if path.contains('{') || path == "/api/live" {
                continue;
            }
            let status = server.send(&method.to_uppercase(), path, &[], b"").status;
            assert!(status != 404 && status != 405, "{method} {path}: {status}");
        }
    }
}

#[test]
fn there_is_a_page_to_try_it() {
    let server = start();
    let page = server.get("/api/docs");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let html = page.text();
    for (attribute, name) in [("href=\"", "docs.css"), ("src=\"", "docs.js")] {
        assert!(html.contains(&format!("{attribute}docs/{name}")), "{name}");
        assert_eq!(server.get(&format!("/api/docs/{name}")).status, 200);
    }
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("onclick"));
}
