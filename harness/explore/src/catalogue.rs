//! What can go wrong at a point, by what there is: a line with a call on it, carrier, a modem, processes, a disk, a clock.
//!
//! Durations are such as to lie within what mgetty and pppd wait for, or just beyond: they are a part of the deed, so a list
//! is the same every time.

use std::time::Duration;

use offhook_scenario::Deed;
use offhook_telephony::trace::End;

use crate::points::Point;

/// Programs whose processes are disturbed.
const PROGRAMS: [&str; 3] = ["mgetty", "pppd", "login"];
const SIGNALS: [&str; 4] = ["TERM", "HUP", "INT", "KILL"];
/// What a modem says that nobody expects.
const SAYINGS: [&str; 4] = ["RING", "NO CARRIER", "ERROR", "CONNECT 33600"];

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Everything that can go wrong there, in an order that does not change.
pub(crate) fn deeds(point: &Point) -> Vec<Deed> {
    let mut deeds = Vec::new();
    if point.call {
        deeds.extend([Deed::CutLine, Deed::HangUp]);
    }
    if point.carrier {
        deeds.push(Deed::FallSilent);
        for end in [End::Server, End::Caller] {
            deeds.extend([Deed::Lose(end), Deed::Damage(end), Deed::Double(end)]);
            deeds.extend([Deed::Delay(end, Deed::LATE), Deed::Deafen(end, seconds(10))]);
        }
        deeds.push(Deed::Flicker(Duration::from_millis(500)));
    }
    deeds.extend([
        Deed::DropDtr(Duration::from_millis(500)),
        Deed::HoldOff(seconds(5)),
        Deed::ModemRestarts(seconds(2)),
        Deed::ModemMutes(seconds(30)),
        Deed::ModemLags(seconds(5)),
    ]);
    deeds.extend(SAYINGS.map(|text| Deed::ModemSays(text.to_owned())));
    for program in PROGRAMS.into_iter().filter(|program| point.programs.contains(*program)) {
        let kill = |signal: &str| Deed::Kill { program: program.to_owned(), signal: signal.to_owned() };
        deeds.extend(SIGNALS.map(kill));
        deeds.push(Deed::Stop { program: program.to_owned(), time: seconds(7) });
    }
    deeds.extend([Deed::FillDisk(seconds(20)), Deed::SetClock(3600), Deed::SetClock(-3600)]);
    deeds
}
