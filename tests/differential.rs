//! What the audit predicts of made-up servers is what calls to them show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{offhook, said};

/// The first servers of the usual seed: any number is compared by `offhook differential --count N`.
#[test]
fn what_is_predicted_of_sixty_made_up_servers_is_what_calls_show() {
    let output = offhook().args(["differential", "--count", "60"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("60 servers on ") && last.contains(" 0 refuted, "), "{last}");
    // Nothing is refuted either where nothing is called.
    let shown: usize = last.split(" statements shown").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(shown > 200, "{last}");
}

#[test]
fn a_stack_that_is_none_is_told() {
    let output = offhook().args(["differential", "--stack", "sid"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--stack sid: no such stack; there are"), "{}", said(&output));
}
