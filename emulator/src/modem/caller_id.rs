//! Caller ID as a modem shows it: V.253 `+VCID=1`, the same as Rockwell's `#CID=1`.
//!
//! In: what the exchange delivered. Out: the lines `DATE = MMDD`, `TIME = HHMM`, `NMBR = `, `NAME = `, in this order,
//! with a blank on either side of the sign as Rockwell writes them. A number or name that is withheld is `P`, one
//! from out of the area `O`; one that was not delivered has no line.

use crate::exchange::CallerId;

/// The lines a modem shows for it, without CR LF.
pub fn presentation(id: &CallerId) -> Vec<String> {
    let mut lines = vec![format!("DATE = {}", id.stamp.date()), format!("TIME = {}", id.stamp.time())];
    let values = [("NMBR", &id.number), ("NAME", &id.name)];
    lines.extend(values.into_iter().filter_map(|(tag, value)| Some(format!("{tag} = {}", printable(value.as_ref()?)))));
    lines
}

/// Modems put blanks where a name is not printable ASCII: anything else would break the line, or the server's terminal.
fn printable(value: &str) -> String {
    value.chars().map(|c| if matches!(c, ' '..='~') { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Stamp;

    fn lines(number: Option<&str>, name: Option<&str>) -> Vec<String> {
        let stamp = Stamp { month: 9, day: 30, hour: 7, minute: 4 };
        presentation(&CallerId::mdmf(stamp, number, name))
    }

    #[test]
    fn date_time_number_and_name_come_in_this_order() {
        let all = ["DATE = 0930", "TIME = 0704", "NMBR = 5551234", "NAME = ALICE"];
        assert_eq!(lines(Some("5551234"), Some("ALICE")), all);
        assert_eq!(lines(Some("5551234"), None), all[..3]);
        assert_eq!(lines(None, Some("O"))[2..], ["NAME = O"]);
        assert_eq!(lines(Some("P"), None)[2..], ["NMBR = P"]);
    }

    #[test]
    fn a_name_cannot_break_its_line() {
        assert_eq!(lines(None, Some("A\r\nBUSY\u{e9}"))[2..], ["NAME = A  BUSY "]);
    }
}
