//! inittab and units: what starts the program of a port, and keeps it running.

use super::super::draft::Draft;
use crate::{Cue, Finding};
use offhook_etc::source::Place;

const INITTAB: &str = "/etc/inittab";

/// A line that is a comment serves its port again.
pub(in super::super) fn uncomment(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.edit(finding.place.as_ref()?, |line| Some(line.trim_start_matches(['#', ' ', '\t']).to_owned()))
}

/// The second of two lines goes; of units somebody else has to decide.
pub(in super::super) fn remove_entry(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref().filter(|place| place.file == INITTAB)?;
    draft.remove(place)
}

/// An id of four characters that no other line has.
pub(in super::super) fn other_id(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref().filter(|place| place.file == INITTAB)?;
    let text = draft.text(INITTAB)?;
    let used: Vec<&str> = text.split('\n').filter_map(|line| line.split(':').next()).collect();
    let device = finding.ports.first()?;
    let tail = device.trim_start_matches("tty");
    let named = [tail.to_owned()].into_iter().chain((0..100).map(|number| format!("d{number}")));
    let id = named.into_iter().find(|id| (1..=4).contains(&id.len()) && !used.contains(&id.as_str()))?;
    draft.edit(place, |line| Some(format!("{id}{}", &line[line.find(':')?..])))
}

/// The last line has an end.
pub(in super::super) fn end(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let path = &finding.place.as_ref()?.file;
    let text = draft.text(path)?;
    draft.write(path, &format!("{text}\n"))
}

/// A speed that mgetty takes.
pub(in super::super) fn speed(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let Some(Cue::Word { wrong, meant }) = &finding.cue else { return None };
    draft.edit(finding.place.as_ref()?, |line| {
        let key = if line.contains("-s ") { "-s " } else { "speed " };
        let wrong = format!("{key}{wrong}");
        line.contains(&wrong).then(|| line.replacen(&wrong, &format!("{key}{meant}"), 1))
    })
}

/// init starts the program again after every call.
pub(in super::super) fn keep(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    if place.file != INITTAB {
        return unit(draft, &place.file, "Service", "Restart", "always");
    }
    let text = draft.text(INITTAB)?;
    let default =
        text.split('\n').filter(|line| line.contains(":initdefault:")).find_map(|line| line.split(':').nth(1));
    let level = default.unwrap_or("2").to_owned();
    draft.edit(place, |line| {
        let mut fields: Vec<&str> = line.splitn(4, ':').collect();
        let [_, levels, action, _] = fields.as_mut_slice() else { return None };
        *action = "respawn";
        let more = if levels.contains(&*level) { levels.to_string() } else { format!("{levels}{level}") };
        *levels = &more;
        Some(fields.join(":"))
    })
}

/// Any number of calls in a row.
pub(in super::super) fn no_limit(finding: &Finding, draft: &mut Draft) -> Option<()> {
    unit(draft, &finding.place.as_ref()?.file, "Unit", "StartLimitIntervalSec", "0")
}

/// The next call is answered a second later.
pub(in super::super) fn short_pause(finding: &Finding, draft: &mut Draft) -> Option<()> {
    unit(draft, &finding.place.as_ref()?.file, "Service", "RestartSec", "1")
}

/// A setting of a unit: in place of the last one, or below the heading of its section.
fn unit(draft: &mut Draft, path: &str, section: &str, key: &str, value: &str) -> Option<()> {
    let text = draft.text(path)?;
    let (mut within, mut heading, mut known) = (false, None, None);
    for (index, line) in text.split('\n').enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            within = line == format!("[{section}]");
            heading = heading.or(within.then_some(index));
        } else if within && line.split_once('=').is_some_and(|(name, _)| name.trim_end() == key) {
            known = Some(index);
        }
    }
    let setting = format!("{key}={value}");
    match (known, heading) {
        (Some(line), _) => draft.replace(&Place::line(path, line + 1), &setting),
        (None, Some(line)) => draft.insert(&Place::line(path, line + 2), &setting),
        (None, None) => draft.append(path, &format!("\n[{section}]\n{setting}")),
    }
}

/// Line ends as on Unix.
pub(in super::super) fn line_ends(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let path = &finding.place.as_ref()?.file;
    let text = draft.text(path)?;
    draft.write(path, &text.replace("\r\n", "\n"))
}

/// pppd stays where init started it.
pub(in super::super) fn nodetach(finding: &Finding, draft: &mut Draft) -> Option<()> {
    pppd_with("nodetach", finding, draft)
}

/// pppd waits for its caller.
pub(in super::super) fn passive(finding: &Finding, draft: &mut Draft) -> Option<()> {
    pppd_with("passive", finding, draft)
}

/// An option more on the command line of pppd.
fn pppd_with(option: &str, finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.edit(finding.place.as_ref()?, |line| {
        let end = line.find("pppd")? + "pppd".len();
        // Not in the middle of another word.
        line[end..].starts_with([' ', '\t']).then(|| format!("{} {option}{}", &line[..end], &line[end..]))
    })
}
