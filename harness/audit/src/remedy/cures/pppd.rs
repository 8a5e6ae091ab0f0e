//! pppd's options: taken out, renamed, completed.

use super::super::draft::Draft;
use crate::{Cue, Finding};
use offhook_etc::read::words::words;
use offhook_etc::source::Place;

/// Every cure that takes out options of one kind.
macro_rules! without {
    ($($name:ident: $($option:literal)|+;)+) => {
        $(pub(in super::super) fn $name(finding: &Finding, draft: &mut Draft) -> Option<()> {
            draft.options_where(finding.place.as_ref()?, |option| matches!(option, $($option)|+), None)
        })+
    };
}

without! {
    allow_ip: "allow-ip";
    netmask: "netmask";
    dns_too_many: "ms-dns";
    no_ip: "noip" | "-ip";
    caller_picks: "ipcp-accept-remote";
    server_address: "ipcp-accept-local";
    idle: "idle";
    persist: "persist";
    waits: "passive" | "-p" | "silent";
    demand: "demand";
    past_the_caller: "pty" | "socket" | "notty";
    connect: "connect" | "init";
    circle: "file" | "call";
}

/// Callers are asked: `noauth` goes, and `auth` stands where no options file can undo it.
pub(in super::super) fn ask(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    let removed = draft.remove_option(place, "noauth");
    // On the line of login.config, or of init.
    let line = if place.file.starts_with("/etc/ppp/") { autoppp(draft) } else { Some(place.clone()) };
    let added = line.and_then(|line| draft.edit(&line, asking));
    removed.or(added)
}

/// The line of login.config for callers who begin with PPP.
fn autoppp(draft: &Draft) -> Option<Place> {
    let path = ["/etc/mgetty/login.config", "/etc/mgetty+sendfax/login.config"]
        .into_iter()
        .find(|path| draft.etc.file(path).is_some())?;
    let text = draft.text(path)?;
    let line = text.split('\n').position(|line| line.starts_with("/AutoPPP/") && line.contains("pppd"))?;
    Some(Place::line(path, line + 1))
}

/// With `auth` behind pppd, unless the line asks already.
fn asking(line: &str) -> Option<String> {
    let end = line.find("pppd")? + "pppd".len();
    let (before, after) = line.split_at(end);
    let asks = after.split([' ', '\t']).any(|word| word == "auth" || word.starts_with("require-"));
    (!asks).then(|| format!("{before} auth{after}"))
}

/// An option of the group of auth that another overrules.
pub(in super::super) fn overruled(finding: &Finding, draft: &mut Draft) -> Option<()> {
    // One that asks for more is for a person to weigh.
    draft.remove_option(finding.place.as_ref()?, "noauth")
}

/// The DNS servers there that are none.
pub(in super::super) fn dns_odd(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.remove_option(finding.place.as_ref()?, finding.cue_text()?)
}

/// A slip of the keyboard.
pub(in super::super) fn unknown(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let Some(Cue::Word { wrong, meant }) = &finding.cue else { return None };
    draft.rename_option(finding.place.as_ref()?, wrong, meant)
}

/// An option that only another version has.
pub(in super::super) fn unknown_to_version(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.remove_option(finding.place.as_ref()?, finding.cue_text()?)
}

/// The name that pppd looks for.
pub(in super::super) fn file_name(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.rename(&finding.place.as_ref()?.file, finding.cue_text()?)
}

/// pppd obeys the carrier.
pub(in super::super) fn modem(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.rename_option(finding.place.as_ref()?, "local", "modem")
}

/// Both halves of LCP echoes.
pub(in super::super) fn echoes(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    let other = finding.cue_text()?;
    let name = other.split(' ').next()?;
    // One that is 0 somewhere is what somebody wrote on purpose.
    let zero = words(draft.text(&place.file)?.as_bytes()).iter().any(|word| word.text == name);
    if zero || !place.file.starts_with("/etc/ppp/") {
        return None;
    }
    draft.append(&place.file, other)
}

/// The server keeps its default route.
pub(in super::super) fn default_route(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let path = &finding.place.as_ref()?.file;
    let mut done = None;
    for name in ["replacedefaultroute", "defaultroute-metric", "defaultroute"] {
        let line = |draft: &Draft| {
            let text = draft.text(path)?;
            let all = text.split('\n').enumerate();
            let mut with = all.filter(|(_, line)| line.split([' ', '\t']).any(|word| word == name));
            with.next().map(|(index, _)| Place::line(path, index + 1))
        };
        while let Some(place) = line(draft) {
            if draft.remove_option(&place, name).is_none() {
                break;
            }
            done = Some(());
        }
    }
    done
}
