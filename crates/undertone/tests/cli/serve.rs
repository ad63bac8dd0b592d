use crate::support::Folder;

#[test]
fn a_refused_token_is_not_printed() {
    let folder = Folder::new();
    for token in ["p@ssw0rd!!", "short", "12345678"] {
        let done = folder
            .command("serve --port 0")
            .env("UNDERTONE_TOKEN", token)
            .output()
            .unwrap();
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("token") && !stderr.contains(token),
            "{stderr}"
        );
        assert!(done.stdout.is_empty());
    }
}
