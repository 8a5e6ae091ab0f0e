//! A server called from the tests of a crate that has nothing but `offhook`.

use offhook::{Call, Lab, Server};

fn server() -> Server {
    Server::from_words(
        r#"
        port "ttyS0" answer-after=2
        ppp { addresses local="10.0.0.1" remote="10.0.0.2"; require-auth "pap"; }
        account "alice" password="secret"
        "#,
    )
}

#[test]
fn the_right_password_gets_in() -> Result<(), offhook::Error> {
    let call = Call::new().expect_answer(2).ppp("alice", "secret").expect_address("10.0.0.2", "10.0.0.1").hang_up();
    Lab::open()?.call(&server(), [call])?.assert_passed();
    Ok(())
}

#[test]
fn a_wrong_password_does_not() -> Result<(), offhook::Error> {
    let call = Call::new().expect_answer(2).ppp("alice", "guess").expect_auth("refused");
    let outcomes = Lab::open()?.call(&server(), [call])?;
    outcomes.assert_passed();
    assert!(outcomes.iter().all(|outcome| outcome.calls()[0].local.is_none()));
    Ok(())
}

#[test]
fn what_fails_is_told() -> Result<(), offhook::Error> {
    let outcomes = Lab::with_stacks(["trixie"])?.call(&server(), [Call::new().expect_answer(3)])?;
    let text = outcomes.to_string();
    assert!(!outcomes.passed() && text.contains("expect-answer rings=3"), "{text}");
    assert!(outcomes[0].evidence().join("capture.pcapng").is_file());
    Ok(())
}
