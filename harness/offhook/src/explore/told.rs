//! What an exploration found, as text for a terminal.

use offhook_explore::{Alike, Campaign, KnownCause, disturb_line};
use offhook_report::text::{counted, hang, printable};
use offhook_report::{Ink, Style};

use super::matter::{Explored, Unexplored, named};
use super::written::Written;

/// A cause, and what was written of it, if it was.
#[derive(Debug)]
pub struct Found {
    /// The cause.
    pub alike: Alike,
    /// What was written.
    pub written: Option<Written>,
}

/// Other scenarios that are named where one cause shows in several.
const NAMED: usize = 3;

/// All that is told.
#[derive(Debug)]
pub struct Findings<'a> {
    /// What was explored.
    pub explored: &'a [Explored],
    /// What was not, with the reason.
    pub unexplored: &'a [Unexplored],
    /// How far it came.
    pub campaign: &'a Campaign,
    /// Every cause.
    pub found: &'a [Found],
    /// For each the entry that knows it.
    pub known: &'a [Option<usize>],
    /// The entries.
    pub entries: &'a [KnownCause],
    /// Entries that hold of nothing that was found.
    pub unseen: &'a [usize],
    /// Whether all was tried, so that what was not seen is not there any more.
    pub whole: bool,
    /// Trials of this run and its time in seconds.
    pub ran: (usize, f64),
}

impl<'a> Findings<'a> {
    /// How many causes nobody knows.
    pub fn unknown(&self) -> usize {
        self.known.iter().filter(|entry| entry.is_none()).count()
    }

    /// Entries that hold of nothing that there is.
    pub fn gone(&self) -> &'a [usize] {
        if self.whole { self.unseen } else { &[] }
    }

    /// Everything, the summary last.
    pub fn text(&self, style: Style) -> String {
        let mut text = String::new();
        for (found, known) in self.found.iter().zip(self.known) {
            text.push_str(&self.cause(found, *known, style));
        }
        for entry in self.gone().iter().filter_map(|entry| self.entries.get(*entry)) {
            let title = style.paint(Ink::Bad, "GONE");
            text.push_str(&format!("{title}  {}: \"{}\" was not seen\n\n", entry.place, entry.cause));
        }
        text + &self.summary()
    }

    fn cause(&self, Found { alike, written }: &Found, known: Option<usize>, style: Style) -> String {
        let Alike { cause, others } = alike;
        let Some(of) = self.explored.get(cause.matter) else { return String::new() };
        let reason = known.and_then(|entry| self.entries.get(entry));
        let title = match reason {
            Some(_) => style.paint(Ink::Dim, "known"),
            None => style.paint(Ink::Bad, "VIOLATION"),
        };
        let trials = counted(cause.count, "trial");
        let item = &of.item;
        let mut text = format!("{title}  {}  {}  {trials}\n", named(item), item.stack);
        let mut row = |name: &str, value: &str| {
            let lead = format!("  {name:<9} ");
            text.push_str(&hang(&lead, &printable(value), 0, style.width));
        };
        row("cause", &cause.name);
        row("expected", &cause.violation.expected);
        row("actual", &cause.violation.actual);
        if let Some(trial) = cause.trials.first() {
            let moments = written.as_ref().map(|written| written.moments.clone()).unwrap_or_default();
            for (number, (moment, deed)) in trial.disturbances.iter().enumerate() {
                row("disturbed", &disturb_line(moment, deed));
                if let Some(moment) = moments.get(number) {
                    row("", moment);
                }
            }
        }
        for of in others.iter().filter_map(|other| self.explored.get(*other)).take(NAMED) {
            row("also in", &named(&of.item));
        }
        if others.len() > NAMED {
            row("", &format!("and {} more", others.len() - NAMED));
        }
        if let Some(reason) = reason {
            row("known", &reason.reason);
        }
        if let Some(written) = written {
            row("scenario", &written.file.display().to_string());
            row("evidence", &written.evidence.display().to_string());
            if !written.shown_again {
                row("note", "the run for the evidence did not show it again: please report that");
            }
        }
        text + "\n"
    }

    fn summary(&self) -> String {
        let mut text = String::new();
        for Unexplored { what, why } in self.unexplored {
            text.push_str(&format!("not explored: {what}: {why}\n"));
        }
        for (why, count) in self.campaign.unjudged() {
            text.push_str(&format!("not judged: {}: {why}\n", counted(*count, "trial")));
        }
        let points: usize = self.explored.iter().map(|of| of.matter.points.len()).sum();
        let tried = match self.campaign.total() {
            Some(total) => format!("{} of {total} trials", self.campaign.tried()),
            None => format!("{} trials, drawn by the seed", self.campaign.tried()),
        };
        let known = self.known.len() - self.unknown();
        let already: usize = self.explored.iter().map(|of| of.matter.already.len()).sum();
        let stacks = if self.explored.len() == 1 { "its stack" } else { "their stacks" };
        text.push_str(&format!(
            "{tried} at {} of {} on {stacks}: {}, {known} known; {} seen\n",
            counted(points, "moment"),
            counted(self.explored.len(), "scenario"),
            counted(self.known.len(), "cause"),
            counted(self.campaign.states(), "state")
        ));
        if already > 0 {
            let what = if already == 1 { "invariant does" } else { "invariants do" };
            text.push_str(&format!(
                "  {already} {what} not hold in runs without disturbances, and are not judged there\n"
            ));
        }
        if let Some(rest) = self.campaign.total().map(|total| total - self.campaign.tried().min(total))
            && rest > 0
        {
            text.push_str(&format!("  not tried: {}; go on with the same --journal\n", counted(rest, "trial")));
        }
        if !self.whole && !self.unseen.is_empty() {
            let known = counted(self.unseen.len(), "known violation");
            text.push_str(&format!("  {known} not seen, which says nothing: not all was tried\n"));
        }
        let (ran, seconds) = self.ran;
        if ran > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a rate for a person")]
            let rate = ran as f64 / seconds.max(0.001);
            text.push_str(&format!("  {ran} runs in {seconds:.1} s, {rate:.1} a second\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use offhook_explore::Strategy;

    #[test]
    fn what_is_known_and_not_seen_is_gone_only_where_all_was_tried() {
        let campaign = Campaign::new(Vec::new(), Strategy::Single);
        let entry = KnownCause {
            cause: "spins: *".to_owned(),
            after: None,
            stack: None,
            scenario: None,
            reason: "so".to_owned(),
            place: "known.kdl:2".to_owned(),
        };
        let entries = [entry];
        let findings = |whole| Findings {
            explored: &[],
            unexplored: &[],
            campaign: &campaign,
            found: &[],
            known: &[],
            entries: &entries,
            unseen: &[0],
            whole,
            ran: (0, 0.0),
        };
        let style = Style { width: 100, cut: false, colour: false, unicode: true };
        let (all, some) = (findings(true), findings(false));
        assert_eq!((all.gone(), some.gone()), (&[0][..], &[][..]));
        assert!(all.text(style).starts_with("GONE  known.kdl:2: \"spins: *\" was not seen\n"));
        assert!(some.text(style).contains("1 known violation not seen, which says nothing: not all was tried"));
    }
}
