//! How data crosses the line: what the caller and the server agreed on, and whether frames of that kind came from both.

use super::{LAG, Progress, Step};
use crate::facts::Compression;
use offhook_ppp::ccp::{Method, told};
use offhook_scenario::Compressed;
use offhook_telephony::trace::End;

impl Step<'_> {
    /// `from`: only what this end sends is meant.
    pub(super) fn compression(&self, expected: Compressed, from: Option<End>) -> Progress {
        let compression = &self.facts.compression;
        let (words, actual) = (words(expected, from), account(compression));
        let ways: &[usize] = match from {
            None => &[0, 1],
            Some(End::Server) => &[0],
            Some(End::Caller) => &[1],
        };
        if expected == Compressed::None {
            let plain = |way: &usize| compression.methods[*way].is_none() && !compression.headers[*way];
            return match ways.iter().all(plain) {
                true => self.until(self.begun + LAG),
                false => self.differs(words, actual, Vec::new()),
            };
        }
        let crosses = |way: &usize| match expected {
            Compressed::Vj => compression.headers[*way] && compression.segments[*way] > 0,
            _ => is_it(compression.methods[*way], expected) && compression.packets[*way] > 0,
        };
        if ways.iter().all(crosses) {
            self.passed(actual)
        } else if self.now < self.begun + LAG && self.facts.cleared.is_none() {
            Progress::Wait(self.begun + LAG)
        } else {
            self.differs(words, actual, Vec::new())
        }
    }
}

fn is_it(method: Option<Method>, expected: Compressed) -> bool {
    match method {
        Some(Method::Deflate { draft: false, .. }) => expected == Compressed::Deflate,
        Some(Method::Deflate { draft: true, .. }) => expected == Compressed::DeflateDraft,
        Some(Method::Bsd { .. }) => expected == Compressed::Bsd,
        Some(Method::Mppe(_)) => expected == Compressed::Mppe,
        None => false,
    }
}

fn words(expected: Compressed, from: Option<End>) -> String {
    let name = match expected {
        Compressed::Vj => "frames with compressed TCP headers (VJ)",
        Compressed::Deflate => "frames compressed by Deflate",
        Compressed::DeflateDraft => "frames compressed by Deflate, by its draft's number",
        Compressed::Bsd => "frames compressed by BSD-Compress",
        Compressed::Mppe => "frames encrypted by MPPE",
        Compressed::None => "nothing compressed",
    };
    match from {
        None => format!("{name}, from both ends"),
        Some(End::Server) => format!("{name}, from the server"),
        Some(End::Caller) => format!("{name}, from the caller"),
    }
}

/// All that is known.
fn account(compression: &Compression) -> String {
    let Compression { methods: [receives, sends], packets, headers, segments } = compression;
    let crossed = |[received, sent]: [u32; 2]| format!("{sent} sent, {received} received");
    let mut told_of = Vec::new();
    match headers {
        [true, true] => told_of.push(format!("VJ both ways, {}", crossed(*segments))),
        [true, false] => told_of.push(format!("VJ from the server alone, {}", crossed(*segments))),
        [false, true] => told_of.push(format!("VJ to the server alone, {}", crossed(*segments))),
        [false, false] => {}
    }
    if receives.is_some() || sends.is_some() {
        told_of.push(format!("{}, {}", told(*receives, *sends), crossed(*packets)));
    }
    if told_of.is_empty() { "nothing compressed".to_owned() } else { told_of.join("; ") }
}
