//! What a server's given `/etc` was made of, in words: how much was taken, and what was left out, by name.
//!
//! In: an [`EtcTaken`]. Out: lines, the first for the whole, one more for each thing that is not on the server.

use super::text::{counted, printable};
use offhook_scenario::EtcTaken;

/// So many things that were left out are named on a terminal; `outcome.json` and the transcript have them all.
pub const FEW: usize = 20;

/// `24 files, 8123 octets, of ./etc`, and what was left out: `most` of it at most.
pub fn taken_words(taken: &EtcTaken, most: usize) -> Vec<String> {
    let EtcTaken { from, files, octets, left_out } = taken;
    let left = match left_out.len() {
        0 => "nothing left out".to_owned(),
        _ => format!("{} to know of", counted(left_out.len(), "exception")),
    };
    let octets = counted(usize::try_from(*octets).unwrap_or(usize::MAX), "octet");
    let mut lines = vec![printable(&format!("{} of {octets} taken from {from}, {left}", counted(*files, "file")))];
    lines.extend(left_out.iter().take(most).map(|left| printable(&format!("{}: {}", left.path, left.why))));
    if left_out.len() > most {
        lines.push(format!("and {} more, all of them in outcome.json", left_out.len() - most));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use offhook_scenario::LeftOut;

    #[test]
    fn what_was_left_out_is_named_and_what_is_too_much_is_counted() {
        let out = |name: &str| LeftOut { path: format!("/etc/{name}"), why: "a socket, a FIFO or a device".to_owned() };
        let left_out = vec![out("log"), out("x\n"), out("z")];
        let taken = EtcTaken { from: "./etc".to_owned(), files: 2, octets: 1, left_out };
        let told = [
            "2 files of 1 octet taken from ./etc, 3 exceptions to know of",
            "/etc/log: a socket, a FIFO or a device",
            "/etc/x\\n: a socket, a FIFO or a device",
            "and 1 more, all of them in outcome.json",
        ];
        assert_eq!(taken_words(&taken, 2), told);
        let whole = EtcTaken { left_out: Vec::new(), ..taken };
        assert_eq!(taken_words(&whole, FEW), ["2 files of 1 octet taken from ./etc, nothing left out"]);
    }
}
