//! Accounts: columns that are missing, entries that nobody should have. No password is made up, and none is changed.

use super::super::draft::Draft;
use crate::Finding;
use offhook_etc::read::words::words;

/// The account of a caller without a name and without a password goes.
pub(in super::super) fn nobody(finding: &Finding, draft: &mut Draft) -> Option<()> {
    let place = finding.place.as_ref()?;
    let line = draft.line(place)?;
    // One for everybody may be somebody's only account.
    words(line.as_bytes()).first().filter(|name| name.text.is_empty())?;
    draft.remove(place)
}

/// Any address.
pub(in super::super) fn any_address(finding: &Finding, draft: &mut Draft) -> Option<()> {
    // Where there is no password it would open the server, and the fix says something else.
    if finding.fix != finding.rule.fix() {
        return None;
    }
    draft.edit(finding.place.as_ref()?, |line| {
        let last = words(line.as_bytes()).pop()?;
        Some(format!("{} *{}", &line[..last.span.end], &line[last.span.end..]))
    })
}

/// Any server.
pub(in super::super) fn any_server(finding: &Finding, draft: &mut Draft) -> Option<()> {
    if finding.fix != finding.rule.fix() {
        return None;
    }
    draft.edit(finding.place.as_ref()?, |line| {
        let words = words(line.as_bytes());
        let server = words.get(1).filter(|word| word.text.is_empty())?;
        Some(format!("{}*{}", &line[..server.span.start], &line[server.span.end..]))
    })
}

/// Root's alone.
pub(in super::super) fn private(finding: &Finding, draft: &mut Draft) -> Option<()> {
    draft.private(&finding.place.as_ref()?.file)
}
