//! Ten minutes of calls on many lines, in virtual time; the long form is the example `churn`.

#![allow(clippy::unwrap_used)]

mod rig;
#[path = "../examples/churn/run.rs"]
mod run;

use std::time::Duration;

use self::run::{Plan, Report, run};

#[test]
fn no_line_is_stuck_every_call_has_an_end_and_every_octet_is_accounted_for() {
    let plan = Plan { lines: 64, time: Duration::from_secs(600), seed: 1 };
    let report = run(plan, |_, _| {}).unwrap();
    let Report { attempts, from_outside, busy_outside, written, arrived, resident, .. } = &report;
    for code in ["CONNECT", "BUSY", "NO CARRIER"] {
        assert!(attempts.get(code).is_some_and(|count| *count > 5), "{report:?}");
    }
    assert!(from_outside > busy_outside && *written > 100_000 && arrived * 10 > written * 8, "{report:?}");
    // From the middle on memory is as it was, but for what the allocator keeps.
    let (middle, end) = (resident[4], resident[9]);
    assert!(end < middle + middle / 4 + 4096, "{resident:?} KiB");
}
