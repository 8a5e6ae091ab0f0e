//! Whether logs tell the truth: what mgetty says of the caller's number, and pppd of addresses, beside what line and kernel show.
//!
//! The forms are those of mgetty's audit line `data dev=ttyS0, pid=.., caller='5551234', ..` and of pppd's `local  IP address`,
//! `remote IP address`.

use offhook_telephony::trace::{Event, EventKind};

use super::{Judged, Seen, told};

/// Whether what was logged is so.
pub(super) fn judge(seen: &Seen<'_>) -> Judged {
    let mut looked_at = 0_usize;
    for (place, event) in seen.trace.iter().enumerate() {
        let EventKind::Log { program, text, .. } = &event.what else { continue };
        let found = match program.as_str() {
            "mgetty" => caller(text).map(|number| whose(number, place, event, seen)),
            "pppd" => address(text).map(|address| had(address, text, seen)),
            _ => None,
        };
        match found {
            None => {}
            Some(None) => looked_at += 1,
            Some(Some(wrong)) => return Err(wrong),
        }
    }
    Ok(match looked_at {
        0 => "nothing is logged of callers and addresses".to_owned(),
        1 => "the log's line on callers and addresses is true".to_owned(),
        lines => format!("the log's {lines} lines on callers and addresses are true"),
    })
}

/// The number in mgetty's line on a call that it takes.
fn caller(text: &str) -> Option<&str> {
    text.contains("data dev=").then_some(())?;
    text.split_once("caller='")?.1.split_once('\'').map(|(number, _)| number)
}

/// The address in pppd's line.
fn address(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("local  IP address ").or_else(|| text.strip_prefix("remote IP address "))?;
    Some(rest.trim())
}

/// What is wrong with `number`, said of the call that was on the port then.
fn whose(number: &str, place: usize, event: &Event, seen: &Seen<'_>) -> Option<(String, String)> {
    let digits = !number.is_empty() && number.bytes().all(|octet| octet.is_ascii_digit());
    let port = event.port.as_ref();
    let before = seen.trace.iter().take(place).rev();
    let call = before.filter(|other| other.port.as_ref() == port).find_map(|other| match other.what {
        EventKind::CallBegins { .. } => other.call,
        _ => None,
    })?;
    let own = seen.scenario.calls().nth(call).and_then(told);
    (digits && own != Some(number)).then(|| {
        let own = own.map_or_else(|| "no number".to_owned(), |own| format!("the number {own}"));
        (format!("mgetty to log {own} for call {}", call + 1), format!("it logged {number}, at {}", event.at))
    })
}

/// What is wrong with an address that the kernel never had.
fn had(address: &str, text: &str, seen: &Seen<'_>) -> Option<(String, String)> {
    let had = seen.trace.iter().any(|event| match &event.what {
        EventKind::Interface { text } => text.split([' ', ',']).any(|word| word == address),
        _ => false,
    });
    (!had).then(|| {
        (
            format!("an interface with the address {address}"),
            format!("there was none, and pppd logged \"{}\"", text.trim()),
        )
    })
}
