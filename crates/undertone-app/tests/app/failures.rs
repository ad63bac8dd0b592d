use crate::support::{BREAKS, PANICS, WAITS, start, wav, wav_at};

#[test]
fn a_panic_fails_only_its_own_recording() {
    let server = start();
    for _ in 0..3 {
        let response = server.predict(&wav_at(PANICS, 1.0, 0.5));
        assert_eq!(
            (response.status, response.problem()),
            (500, "internal".to_owned())
        );
        assert_eq!(server.predict(&wav(0.5)).status, 200);
    }
}

#[test]
fn a_panic_in_a_batch_does_not_affect_the_rest() {
    let server = start();
    std::thread::scope(|scope| {
        let held_up = scope.spawn(|| server.predict(&wav_at(WAITS, 1.0, 0.5)));
        server.wait_until("the worker is busy", |server| {
            !server.batches.lock().unwrap().is_empty()
        });
        let good: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| server.predict(&wav(0.5))))
            .collect();
        let bad = scope.spawn(|| server.predict(&wav_at(PANICS, 1.0, 0.5)));
        server.wait_until("four requests wait", |server| {
            server.metric("undertone_queue_length") == 5.0
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        server.gate.open();
        assert_eq!(held_up.join().unwrap().status, 200);
        assert_eq!(bad.join().unwrap().status, 500);
        for response in good {
            assert_eq!(response.join().unwrap().status, 200);
        }
    });
    assert_eq!(server.batches.lock().unwrap()[..2], [1, 4]);
}

#[test]
fn model_errors_are_not_shown_to_clients() {
    let server = start();
    let response = server.predict(&wav_at(BREAKS, 1.0, 0.5));
    assert_eq!(
        (response.status, response.problem()),
        (500, "internal".to_owned())
    );
    assert!(!response.text().contains("weights"));
}

#[test]
fn a_disconnected_client_leaves_the_queue() {
    let server = start();
    std::thread::scope(|scope| {
        let held_up = scope.spawn(|| server.predict(&wav_at(WAITS, 1.0, 0.5)));
        server.wait_until("the worker is busy", |server| {
            !server.batches.lock().unwrap().is_empty()
        });
        let request = server.request("POST", "/api/predict", &[], &wav(0.5));
        let mut client = server.connect();
        std::io::Write::write_all(&mut client, &request).unwrap();
        server.wait_until("the request waits", |server| {
            server.metric("undertone_queue_length") == 2.0
        });
        drop(client);
        server.wait_until("the request has left the queue", |server| {
            server.metric("undertone_queue_length") == 1.0
        });
        server.gate.open();
        assert_eq!(held_up.join().unwrap().status, 200);
    });
    assert_eq!(server.predict(&wav(0.5)).status, 200);
    assert_eq!(*server.batches.lock().unwrap(), [1, 1]);
}
