use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::support::Folder;

const ARCHIVE: &str = "Audio_Speech_Actors_01-24.zip";
const MD5: &str = "bc696df654c87fed845eb13823edef8a";

#[test]
fn a_complete_corpus_is_not_downloaded_again() {
    let folder = Folder::new();
    folder.write("out/Actor_01/03-01-01-01-01-01-01.wav", "12345");
    folder.write(
        &format!("out/{ARCHIVE}.unpacked"),
        format!("{MD5}\n5\tActor_01/03-01-01-01-01-01-01.wav\n"),
    );
    let done = folder.succeed("fetch ravdess --out out --base-url http://127.0.0.1:1");
    assert_eq!(done.stdout, "out: 1 clips, which were there already\n");
}

#[test]
fn an_unreachable_server_is_an_error() {
    let error = Folder::new().refuse("fetch ravdess --out out --base-url http://127.0.0.1:1");
    assert!(error.contains("no answer"), "{error}");
}

#[test]
fn a_missing_archive_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let folder = Folder::new();
    let error = folder.refuse(&format!(
        "fetch ravdess --out out --base-url http://{address}/files/"
    ));
    assert!(error.contains("not there (HTTP 404)"), "{error}");
    let request = server.join().unwrap();
    assert!(
        request.starts_with(&format!("GET /files/{ARCHIVE}?download=1 ")),
        "{request}"
    );
}

#[test]
fn only_known_corpora_can_be_fetched() {
    assert!(
        Folder::new()
            .refuse("fetch iemocap --out out")
            .contains("ravdess")
    );
}
