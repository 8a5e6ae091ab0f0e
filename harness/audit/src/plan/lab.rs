//! What a lab has of the programs that a server's files name. What it lacks is not tried: a call would show the lab's own
//! lack, and not the server's.
//!
//! In go a port and a [`Lab`]; out comes why something of it is left out.

use super::{Facts, Port};
use crate::effective::Ppp;
use crate::starting;
use offhook_etc::programs::started_by;

/// Programs that calls may be made with.
pub trait Lab {
    /// Why a program of that name cannot be started there, as a sentence without its full stop; `None`: it can.
    fn lacks(&self, program: &str) -> Option<String>;

    /// The same of a plugin of pppd, by the word behind `plugin`.
    fn lacks_plugin(&self, word: &str) -> Option<String>;

    /// Whether its programs are the server's own: then what the server lacks is lacking there, too, and calls show it.
    fn is_the_servers(&self) -> bool {
        false
    }
}

/// A lab that lacks nothing: what would be called there is called wherever it can be.
#[derive(Clone, Copy, Debug)]
pub struct Everything;

impl Lab for Everything {
    fn lacks(&self, _: &str) -> Option<String> {
        None
    }

    fn lacks_plugin(&self, _: &str) -> Option<String> {
        None
    }

    fn is_the_servers(&self) -> bool {
        true
    }
}

/// Why a program is not tried: the machine does not have it, and calls of another's would not show that; or the lab does not.
pub(super) fn of_program(facts: &Facts, program: &str, lab: &dyn Lab) -> Option<String> {
    match (facts.unstartable(program), lab.lacks(program)) {
        (None, lacking) => lacking,
        // Lacking in both: calls show it.
        (Some(_), Some(_)) => None,
        (Some(why), None) => Some(why).filter(|_| !lab.is_the_servers()),
    }
}

/// Why nothing of a port is tried: what serves it, or a program that mgetty asks about a call.
pub(super) fn of_port(port: &Port, lab: &dyn Lab) -> Option<String> {
    if let Some(why) = &port.unserved {
        return Some(why.clone()).filter(|_| !lab.is_the_servers());
    }
    let serving = port.entry.runs.words.first().and_then(|program| lab.lacks(program));
    serving.or_else(|| {
        ["cnd-program", "cid-program"].into_iter().find_map(|key| {
            let program = port.values.get(key)?.text.split_whitespace().next()?;
            lab.lacks(program).map(|why| format!("{why} ({key})"))
        })
    })
}

/// Why no caller by PPP is tried: pppd, a plugin, or a program that it starts.
pub(super) fn of_ppp(facts: &Facts, ppp: &Ppp, lab: &dyn Lab) -> Option<String> {
    // What the machine itself lacks another lab may have.
    if let Some((_, why)) = starting::missing_programs(facts, ppp).into_iter().next() {
        return Some(why).filter(|_| !lab.is_the_servers());
    }
    let missing = |word: &str| format!("the plugin {} does not exist", offhook_report::text::printable(word));
    let plugins = ppp.plugins().find_map(|(plugin, _)| match starting::looked_for(facts, &plugin) {
        Some(false) => Some(missing(plugin.word())).filter(|_| !lab.is_the_servers()),
        // Not found by whoever knows Debian's: pppd's own word on that is worth a call.
        None if starting::starts(facts, ppp).is_err() => None,
        Some(true) | None => lab.lacks_plugin(plugin.word()),
    });
    let itself = || lab.lacks(ppp.line.words.first()?);
    let started = || ppp.options.iter().find_map(|option| of_program(facts, &started_by(option)?, lab));
    plugins.or_else(itself).or_else(started)
}
