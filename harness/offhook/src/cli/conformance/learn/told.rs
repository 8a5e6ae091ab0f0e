//! What was learnt as text: figures, the machine as a table, differences with their exchange in pppd's notation.

use std::fmt::Write;
use std::time::Duration;

use offhook_learn::learner::{Effort, Figures};
use offhook_learn::ppp::compare::{Comparison, Difference, Kind};
use offhook_learn::ppp::document::Document;
use offhook_learn::ppp::player::{Step, transcript};
use offhook_learn::ppp::symbol::{Input, Outputs};

/// The machine, and what it took.
pub(super) fn machine(document: &Document, effort: Effort, took: Duration) -> String {
    let Figures { queries, inputs, learning_queries, hypotheses } = document.figures;
    format!(
        "{}\n{} states; {queries} words ({inputs} inputs), {learning_queries} of them to build the machine, {hypotheses} \
         hypotheses, {:.1} s\nno machine with up to {} states more answers all of these words as it does\n\n",
        document.to_table(),
        document.machine.len(),
        took.as_secs_f64(),
        effort.extra_states
    )
}

/// The differences: faults with what crossed the line, if that is at hand, then what is permitted.
pub(super) fn comparison(title: &str, comparison: &Comparison, played: &[Vec<Step>]) -> String {
    let faults: Vec<&Difference> = comparison.differences.iter().filter(|difference| difference.is_fault()).collect();
    let permitted = comparison.differences.len() - faults.len();
    let mut text = format!("beside {title}: {} differ, {permitted} are permitted\n", faults.len());
    for (number, difference) in faults.iter().enumerate() {
        let _ = writeln!(text, "\n{difference}");
        if let Some(steps) = played.get(number) {
            text.push('\n');
            for line in transcript(steps).lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    let mut reasons: Vec<&str> = Vec::new();
    for difference in &comparison.differences {
        if let Kind::Permitted { why, .. } = difference.kind
            && !reasons.contains(&why)
        {
            reasons.push(why);
        }
    }
    for reason in reasons {
        let _ = writeln!(text, "\npermitted: {reason}");
        for difference in &comparison.differences {
            if matches!(difference.kind, Kind::Permitted { why, .. } if why == reason) {
                let Difference { state, input, rule, came, came_state, .. } = difference;
                let _ = writeln!(text, "  {state}, {input}: {rule}; came: {came} / {came_state}");
            }
        }
    }
    text
}

/// What came of words of a machine learnt earlier.
pub(super) struct Replayed {
    /// As text.
    pub(super) text: String,
    /// How many words were answered otherwise.
    pub(super) count: usize,
}

/// Words that a machine learnt earlier answers, and what came.
pub(super) fn replayed(known: &Document, name: &str, words: &[Vec<Input>], played: &[Vec<Step>]) -> Replayed {
    let mut text = String::new();
    let mut count = 0;
    for (word, steps) in words.iter().zip(played) {
        let came: Vec<&Outputs> = steps.iter().skip(1).map(|step| &step.outputs).collect();
        let expected = known.machine.run(word);
        let Some(place) = expected.iter().zip(&came).position(|(expected, came)| expected != *came) else { continue };
        count += 1;
        let _ = writeln!(text, "{} was expected of {}, {} came", expected[place], word[place], came[place]);
        for line in transcript(&steps[..=place + 1]).lines() {
            let _ = writeln!(text, "    {line}");
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{} words of the machine of {} played to {name}: {count} are answered otherwise",
        words.len(),
        known.subject
    );
    Replayed { text, count }
}
