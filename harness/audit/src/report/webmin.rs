//! Who may change what through Webmin, as a table: a line for each user, a column for each page.

use std::fmt::Write as _;

use offhook_report::text::{fit, pad, printable, width};
use offhook_report::{Ink, Style};

use crate::webmin::Right;

/// The columns after the user's: the rights in their order, in a word each.
const COLUMNS: [&str; 6] = ["ports", "options", "callers", "accounts", "sync", "config"];
/// The widest name that is told whole.
const NAME: usize = 24;

/// The table.
pub(super) fn table(rights: &[Right], style: Style) -> String {
    let name = |right: &Right| {
        let groups = if right.groups.is_empty() { String::new() } else { format!(" ({})", right.groups.join(", ")) };
        fit(&printable(&format!("{}{groups}", right.user)), NAME, style.ellipsis())
    };
    let column = rights.iter().map(|right| width(&name(right))).max().unwrap_or(0).max(6);
    let mut text = style.paint(Ink::Strong, &pad("Webmin", column));
    for heading in COLUMNS {
        let _ = write!(text, "  {heading}");
    }
    text.push_str("  opens\n");
    for right in rights {
        text.push_str(&pad(&name(right), column));
        for (heading, (_, may)) in COLUMNS.iter().zip(right.access.rights()) {
            let told = pad(if may { "yes" } else { "no" }, width(heading));
            let _ = write!(text, "  {}", if may { told } else { style.paint(Ink::Dim, &told) });
        }
        let _ = writeln!(text, "  {}", right.opens.unwrap_or("its menu"));
    }
    text
}
