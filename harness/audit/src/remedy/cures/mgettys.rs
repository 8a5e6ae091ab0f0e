//! mgetty's files: mgetty.config, dialin.config, login.config.

use super::super::draft::Draft;
use crate::{Cue, Finding};
use offhook_etc::source::Place;

/// What Debian's login.config has for callers who begin with PPP.
const AUTOPPP: &str = "/AutoPPP/ - a_ppp /usr/sbin/pppd auth -chap +pap";

/// The line goes: nothing that works is in it.
pub(in super::super) fn line_away(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.remove(finding.place.as_ref()?)
}

/// The keyword that was meant, or no line: mgetty ignores it as it is.
pub(in super::super) fn key(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    match &finding.cue {
        Some(Cue::Word { wrong, meant }) => draft.edit(place, |line| Some(line.replacen(wrong, meant, 1))),
        _ => draft.remove(place),
    }
}

/// The name of a section without `/dev/`.
pub(in super::super) fn section(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.edit(finding.place.as_ref()?, |line| Some(line.replacen("/dev/", "", 1)))
}

/// The rule stands above the one that hides it.
pub(in super::super) fn rule_first(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    let rule = draft.line(place)?;
    let Some(Cue::Above(first)) = finding.cue else { return None };
    // On a line with other rules it is not moved alone.
    if first >= place.line? || rule.split([' ', '\t', ',']).filter(|word| !word.is_empty()).count() > 1 {
        return None;
    }
    draft.remove(place)?;
    draft.insert(&Place::line(&place.file, first), &rule)
}

/// Two rings, with which the number has come.
pub(in super::super) fn later(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    if place.file.ends_with("/mgetty.config") {
        return draft.edit(place, |line| {
            let (key, _) = line.trim_end().rsplit_once([' ', '\t'])?;
            Some(format!("{key} 2"))
        });
    }
    draft.edit(place, |line| {
        let end = line.find("getty")? + "getty".len();
        let (before, after) = line.split_at(end);
        Some(match after.split_once("-n ") {
            Some((flags, rest)) => {
                let number = rest.find(|octet: char| !octet.is_ascii_digit()).unwrap_or(rest.len());
                format!("{before}{flags}-n 2{}", &rest[number..])
            }
            None if after.contains("-n") => return None,
            None => format!("{before} -n 2{after}"),
        })
    })
}

/// `! 555` is `!555`.
pub(in super::super) fn joined_bang(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.edit(finding.place.as_ref()?, |line| {
        let (before, after) = line.split_once('!')?;
        let number = after.trim_start();
        // Not a ! at the end of the line: which number was meant?
        (!number.is_empty()).then(|| format!("{before}!{number}"))
    })
}

/// A comment on a line of its own.
pub(in super::super) fn comment_above(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    let line = draft.line(place)?;
    let (rules, comment) = line.split_once('#')?;
    draft.replace(place, rules.trim_end())?;
    draft.insert(place, &format!("#{comment}"))
}

/// A number as callers have it: digits.
pub(in super::super) fn number(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    draft.edit(place, |line| {
        let plain = line.trim_start_matches('\u{feff}');
        if plain != line {
            return Some(plain.to_owned());
        }
        let (bang, word) = line.strip_prefix('!').map_or(("", line), |rest| ("!", rest));
        if ["all", "none"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return Some(format!("{bang}{}", word.to_ascii_lowercase()));
        }
        // Signs that people write between digits; a country's prefix or another rule is for a person to read.
        let digits: String = word.chars().filter(|sign| !matches!(sign, '-' | '/' | '.')).collect();
        digits.bytes().all(|octet| octet.is_ascii_digit()).then(|| format!("{bang}{digits}"))
    })
}

/// Root's alone, as mgetty wants it.
pub(in super::super) fn private(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.private(&finding.place.as_ref()?.file)
}

/// The line for callers who begin with PPP stands first.
pub(in super::super) fn autoppp_first(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    let line = draft.line(place)?;
    let Some(Cue::Above(first)) = finding.cue else { return None };
    draft.remove(place)?;
    draft.insert(&Place::line(&place.file, first), &line)
}

/// The line that the rule proposes, above all others.
pub(in super::super) fn autoppp(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let path = &finding.place.as_ref()?.file;
    let text = draft.text(path)?;
    let first = text.split('\n').position(|line| !line.trim().is_empty() && !line.starts_with(['#', '!']))?;
    draft.insert(&Place::line(path, first + 1), AUTOPPP)
}

/// A word for utmp before the program.
pub(in super::super) fn utmp(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.replace(finding.place.as_ref()?, finding.cue_text()?)
}

/// pppd with root's rights.
pub(in super::super) fn root(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.edit(finding.place.as_ref()?, |line| {
        let user = line.split([' ', '\t']).filter(|word| !word.is_empty()).nth(1)?;
        let at = line.find(user)?;
        Some(format!("{}-{}", &line[..at], &line[at + user.len()..]))
    })
}
