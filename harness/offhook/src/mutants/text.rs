//! Mutants as text: a line or two each, and what to know at the end.

use std::fmt::Write as _;

use offhook_report::run::RunResult;
use offhook_report::text::{counted, hang, pad, printable, span};
use offhook_report::{Ink, Style};

use super::campaign::Campaign;
use super::draw::{Drawn, Refused};
use super::fate::{Counts, Fate, Judged};

/// Columns of a mark and the blanks after it.
const MARK: usize = 12;

/// Where a mutant is, and how `--mutant` names it: `scenarios/first-call.kdl:14#2`.
pub fn place(drawn: &Drawn) -> String {
    format!("{}:{}#{}", drawn.file.path.display(), drawn.mutant.line, drawn.mutant.number)
}

/// `scenarios/first-call.kdl:14#2  idle "5m" -> "6m"`.
pub fn title(drawn: &Drawn) -> String {
    printable(&format!("{}  {}", place(drawn), drawn.mutant.change))
}

/// A mutant and what came of it.
pub(super) fn judged(judged: &Judged<'_>, style: Style) -> String {
    let Judged { drawn, fate } = judged;
    let (ink, mark, why) = match fate {
        Fate::Red(why) => (Ink::Good, "red", why.as_str()),
        Fate::Equivalent => (Ink::Dim, "equivalent", "the same files, and the same happened"),
        Fate::NoEffect => (Ink::Dim, "no effect", "the same octets crossed at the same times"),
        Fate::Unjudged => (Ink::Dim, "unjudged", "a step is known to fail, and any failure will do"),
        Fate::Accepted(reason) => (Ink::Dim, "accepted", reason.as_str()),
        Fate::Survived => (Ink::Bad, "SURVIVED", "the scenario passes all the same"),
        Fate::NotRun(why) => (Ink::Warn, "not run", why.as_str()),
    };
    let told = format!("{}  ({})", title(drawn), drawn.stack);
    let mut text = hang(&pad(mark, MARK), &told, 2, style.width);
    text.replace_range(..mark.len(), &style.paint(ink, mark));
    text.push_str(&hang(&pad("", MARK + 2), &printable(why), 0, style.width));
    text
}

/// One that is not run.
pub fn refused(refused: &Refused, style: Style) -> String {
    let Refused { mutant, file, why } = refused;
    let told = printable(&format!("{}:{}#{}  {}", file.display(), mutant.line, mutant.number, mutant.change));
    let (mark, why) = match why {
        Some(why) => ("refused", why.as_str()),
        None => ("the same", "it is the same scenario in other words"),
    };
    let mut text = hang(&pad(mark, MARK), &told, 2, style.width);
    text.replace_range(..mark.len(), &style.paint(Ink::Dim, mark));
    text.push_str(&hang(&pad("", MARK + 2), &printable(why), 0, style.width));
    text
}

/// A mutant that survived, and how to look at it.
pub(super) fn survivor(judged: &Judged<'_>, campaign: &Campaign, index: usize, style: Style) -> String {
    let drawn = judged.drawn;
    let mut text = style.paint(Ink::Bad, "SURVIVED");
    text.push_str(&hang(&pad("", MARK), &title(drawn), 2, style.width)["SURVIVED".len()..]);
    let seed = if campaign.seed == offhook_report::run::DEFAULT_SEED {
        String::new()
    } else {
        format!(" --seed {}", campaign.seed)
    };
    let item = &campaign.items[campaign.item(index)];
    for (label, value) in [
        ("scenario", drawn.mutant.name.clone()),
        ("on", drawn.stack.clone()),
        ("evidence", item.evidence.display().to_string()),
        (
            "rerun",
            format!(
                "offhook mutate {} --mutant {}:{}#{} --stack {}{seed}",
                drawn.file.path.display(),
                drawn.file.path.file_name().unwrap_or_default().display(),
                drawn.mutant.line,
                drawn.mutant.number,
                drawn.stack
            ),
        ),
    ] {
        let _ = writeln!(text, "  {}{}", style.paint(Ink::Strong, &pad(label, MARK - 2)), printable(&value));
    }
    text
}

/// `40 mutants of 12 scenarios: 35 red, 3 without effect, ...`, and what else there is to know.
pub(super) fn summary(
    all: &[Judged<'_>],
    refused: &[Refused],
    stale: &[String],
    result: &RunResult,
    style: Style,
) -> String {
    let counts = Counts::of(all.iter().map(|judged| &judged.fate));
    let mut scenarios: Vec<_> = all.iter().map(|judged| (&judged.drawn.file.path, &judged.drawn.mutant.name)).collect();
    scenarios.sort();
    scenarios.dedup();
    let mut text = String::new();
    for line in stale {
        text.push_str(&hang(&style.paint(Ink::Bad, "error: "), &printable(line), 2, style.width));
    }
    if !stale.is_empty() {
        text.push('\n');
    }
    let head = format!("{} of {}:", counted(all.len(), "mutant"), counted(scenarios.len(), "scenario"));
    let told: Vec<String> = words(counts).into_iter().map(|(ink, words)| style.paint(ink, &words)).collect();
    let _ = writeln!(text, "{} {}", style.paint(Ink::Strong, &head), told.join(", "));
    let same = refused.iter().filter(|refused| refused.why.is_none()).count();
    let wrong = refused.len() - same;
    if !refused.is_empty() {
        let told = format!("not run: {wrong} that `check` refuses, {same} that are the same scenario in other words");
        text.push_str(&hang("  ", &told, 2, style.width));
    }
    let runs = result.outcomes.len();
    let time = result.outcomes.iter().map(|outcome| outcome.virtual_time).sum();
    text.push_str(&hang(
        "  ",
        &format!("{}, {} of virtual time in {}", counted(runs, "run"), span(time), span(result.wall)),
        2,
        style.width,
    ));
    text
}

/// The counts that are not zero.
pub(super) fn words(counts: Counts) -> Vec<(Ink, String)> {
    let Counts { red, equivalent, no_effect, unjudged, accepted, survived, not_run } = counts;
    [
        (Ink::Good, red, "red"),
        (Ink::Dim, equivalent, "equivalent"),
        (Ink::Dim, no_effect, "without effect"),
        (Ink::Dim, unjudged, "unjudged"),
        (Ink::Dim, accepted, "accepted"),
        (Ink::Bad, survived, "SURVIVED"),
        (Ink::Warn, not_run, "not run"),
    ]
    .into_iter()
    .filter(|(_, count, _)| *count > 0)
    .map(|(ink, count, words)| (ink, format!("{count} {words}")))
    .collect()
}
