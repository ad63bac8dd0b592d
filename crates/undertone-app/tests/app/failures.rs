use crate::support::{BREAKS, PANICS, WAITS, start, wav, wav_at};

#[test]
fn a_panic_costs_its_own_recording_only() {
    let server = start();
    for _ in 0..3 {
        let answer = server.predict(&wav_at(PANICS, 1.0, 0.5));
        assert_eq!(
            (answer.status, answer.problem()),
            (500, "internal".to_owned())
        );
        assert_eq!(server.predict(&wav(0.5)).status, 200);
    }
}

#[test]
fn a_panic_in_a_batch_leaves_the_rest_of_it_alone() {
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
        server.wait_until("four wait", |server| {
            server.metric("undertone_queue_length") == 5.0
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        server.gate.open();
        assert_eq!(held_up.join().unwrap().status, 200);
        assert_eq!(bad.join().unwrap().status, 500);
        for answer in good {
            assert_eq!(answer.join().unwrap().status, 200);
        }
    });
    assert_eq!(server.batches.lock().unwrap()[..2], [1, 4]);
}

#[test]
fn what_is_wrong_with_the_model_is_not_told() {
    let server = start();
    let answer = server.predict(&wav_at(BREAKS, 1.0, 0.5));
    assert_eq!(
        (answer.status, answer.problem()),
        (500, "internal".to_owned())
    );
    assert!(!answer.text().contains("weights"));
}

#[test]
fn a_client_that_leaves_is_not_worked_for() {
    let server = start();
    std::thread::scope(|scope| {
        let held_up = scope.spawn(|| server.predict(&wav_at(WAITS, 1.0, 0.5)));
        server.wait_until("the worker is busy", |server| {
            !server.batches.lock().unwrap().is_empty()
        });
        let request = server.request("POST", "/api/predict", &[], &wav(0.5));
        let mut leaves = server.connect();
        std::io::Write::write_all(&mut leaves, &request).unwrap();
        server.wait_until("it waits", |server| {
            server.metric("undertone_queue_length") == 2.0
        });
        drop(leaves);
        server.wait_until("it is forgotten", |server| {
            server.metric("undertone_queue_length") == 1.0
        });
        server.gate.open();
        assert_eq!(held_up.join().unwrap().status, 200);
    });
    assert_eq!(server.predict(&wav(0.5)).status, 200);
    assert_eq!(*server.batches.lock().unwrap(), [1, 1]);
}
