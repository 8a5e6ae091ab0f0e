//! What became of the fixes: what was mended on the copy, what is left for a person, and how the copy fares.
//!
//! In go the audit of the server, the [`Mending`], the audit of the copy and a [`Style`]; out comes text that ends with a
//! newline. No line of a file is in it, so no password is.

use super::super::{Audit, Finding, Severity};
use super::{counts, ink};
use crate::remedy::{Mending, Why, same};
use offhook_report::text::{counted, hang, printable};
use offhook_report::{Ink, Style};

/// The whole text.
pub fn fixes(before: &Audit, mending: &Mending, after: &Audit, style: Style) -> String {
    let of = mending.done.len() + mending.left.len();
    let called = if after.called_on.is_some() { "audited and called again" } else { "audited again, without calls" };
    let mut text = match (mending.done.len(), of) {
        (0, 0) => return "nothing to mend\n".to_owned(),
        (0, _) => hang("", &format!("none of {} mended: all are for a person", counted(of, "finding")), 0, style.width),
        (done, _) => hang(
            "",
            &format!("{done} of {} mended on a copy, which was {called}", counted(of, "finding")),
            0,
            style.width,
        ),
    };
    // Lines are counted as in the server's files, not as in a copy with some lines less.
    let mut told: Vec<&Finding> = Vec::new();
    let mut original = |finding: &Finding| {
        let known = before.findings.iter().find(|known| same(known, finding) && !told.contains(known));
        told.extend(known);
        known.map_or_else(|| finding.clone(), Clone::clone)
    };
    for finding in &mending.done {
        text.push_str(&line("mended", Ink::Good, &original(finding), None, style));
    }
    for (finding, why) in &mending.left {
        let why = match why {
            Why::Person => format!("yours to do: {}", finding.fix),
            other => other.to_string(),
        };
        text.push_str(&line("left", ink(finding.severity), &original(finding), Some(&why), style));
    }
    if mending.done.is_empty() {
        return text;
    }
    for finding in after.findings.iter().filter(|finding| finding.weight() < Severity::Note) {
        if !before.findings.iter().any(|known| same(known, finding)) {
            text.push_str(&line("new", ink(finding.severity), finding, None, style));
        }
    }
    let told = |audit: &Audit| counts(audit, style).unwrap_or_else(|| "nothing".to_owned());
    text.push_str(&format!("the copy: {}; before: {}\n", told(after), told(before)));
    text
}

/// A finding on a line: what became of it, where it is and what it is.
fn line(word: &str, shade: Ink, finding: &Finding, why: Option<&str>, style: Style) -> String {
    let place = finding.place.as_ref().map_or_else(String::new, |place| format!("{}: ", super::short(place)));
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    let told = printable(&format!("{place}{} [{}]{why}", finding.what, finding.code()));
    let lead = format!("  {word:<6}  ");
    let mut line = hang(&lead, &told, 0, style.width);
    line.replace_range(2..2 + word.len(), &style.paint(shade, word));
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remedy::mend;
    use crate::tests::{audited, with};

    #[test]
    fn what_is_mended_what_is_left_and_how_the_copy_fares_is_told() {
        let tree = with(&[
            ("mgetty/login.config", "/AutoPPP/ - a_ppp /usr/sbin/pppd\n* - - /bin/login @\n"),
            ("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nnoauth\npersist\n"),
            ("ppp/pap-secrets", "alice * \"\" *\nbob * topsecret *\n"),
        ]);
        let mending = mend(&tree, None, |_| true);
        let (before, after) = (audited(&tree), audited(&mending.tree));
        insta::assert_snapshot!("fixes_80", fixes(&before, &mending, &after, Style::plain(80)));
        assert_eq!(fixes(&after, &mend(&with(&[]), None, |_| true), &after, Style::plain(80)), "nothing to mend\n");
    }
}
