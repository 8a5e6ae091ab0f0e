//! What the user sees while the lab is built: bars on a terminal, plain lines elsewhere, and there a line a minute that
//! says how far a step is.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Time between two lines in a log that say how far a step is.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// Where progress goes.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Nowhere.
    Silent,
    /// One line a step, to standard error.
    Plain,
    /// One bar a part of the lab, on the terminal.
    Bars(MultiProgress),
}

impl Progress {
    /// Bars if standard error is a terminal, else lines.
    pub fn for_stderr() -> Self {
        if std::io::stderr().is_terminal() { Self::Bars(MultiProgress::new()) } else { Self::Plain }
    }

    /// Takes bars away, as if nothing had been shown.
    pub fn clear(&self) {
        if let Self::Bars(bars) = self {
            // A terminal that is gone needs no clearing.
            let _ = bars.clear();
        }
    }

    /// Begins a part of the lab.
    pub(super) fn task(&self, part: &str) -> Task {
        let bar = match self {
            Self::Bars(bars) => Some(bars.add(ProgressBar::new_spinner().with_prefix(part.to_owned()))),
            _ => None,
        };
        if let Some(bar) = &bar {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        let begun = Instant::now();
        let step = Arc::new(Mutex::new(None));
        let heart = matches!(self, Self::Plain).then(|| heart(part.to_owned(), step.clone(), begun));
        Task { part: part.to_owned(), heart, bar, step, begun }
    }
}

/// What a step counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Octets.
    Octets,
    /// Files that are compiled.
    Files,
    /// Packages.
    Packages,
    /// Hundredths.
    Percent,
}

/// A step under way.
#[derive(Clone, Debug)]
struct Step {
    doing: String,
    unit: Unit,
    total: Option<u64>,
    count: u64,
}

impl Step {
    /// How it begins: `compiling the kernel (about 2900 files)`.
    fn begins(&self) -> String {
        let size = match (self.unit, self.total) {
            (Unit::Octets, Some(octets)) => format!(" ({})", super::error::size(octets)),
            (Unit::Files, Some(files)) => format!(" (about {files} files)"),
            _ => String::new(),
        };
        format!("{}{size}", self.doing)
    }

    /// How far it is, `time` after its part began: `compiling the kernel, 812 of about 2900 files, after 2 min 0 s`.
    fn so_far(&self, time: Duration) -> String {
        let count = self.count;
        let far = match (self.unit, self.total) {
            (_, None | Some(0)) => String::new(),
            (Unit::Octets, Some(total)) => {
                format!(", {} of {}", super::error::size(count), super::error::size(total))
            }
            (Unit::Files, Some(total)) => format!(", {count} of about {total} files"),
            (Unit::Packages, Some(total)) => format!(", {count} of {total} packages"),
            (Unit::Percent, Some(total)) => format!(", {} %", count.saturating_mul(100) / total),
        };
        format!("{}{far}, after {}", self.doing, duration(time))
    }
}

/// Writes a line to a log every minute, until what it returns is dropped.
fn heart(part: String, step: Arc<Mutex<Option<Step>>>, begun: Instant) -> Sender<()> {
    let (beats, stopped) = channel();
    thread::spawn(move || {
        while stopped.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
            let step = step.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(step) = step {
                say(&part, &step.so_far(begun.elapsed()));
            }
        }
    });
    beats
}

fn say(part: &str, text: &str) {
    // nobody to tell if standard error is closed
    let _ = writeln!(std::io::stderr(), "lab: {part}: {text}");
}

/// A part of the lab under way. Dropping it clears its bar.
#[derive(Debug)]
pub(super) struct Task {
    part: String,
    /// Where lines go to a log.
    heart: Option<Sender<()>>,
    bar: Option<ProgressBar>,
    step: Arc<Mutex<Option<Step>>>,
    begun: Instant,
}

impl Task {
    /// Begins a step: `compiling the kernel`.
    pub(super) fn phase(&self, doing: &str, unit: Unit, total: Option<u64>) {
        let step = Step { doing: doing.to_owned(), unit, total, count: 0 };
        {
            let mut now = self.step.lock().unwrap_or_else(PoisonError::into_inner);
            if now.as_ref().is_some_and(|now| now.doing == doing) {
                return;
            }
            *now = Some(step.clone());
        }
        if self.heart.is_some() {
            say(&self.part, &step.begins());
        }
        if let Some(bar) = &self.bar {
            let counts = match unit {
                Unit::Octets => "{bar:24} {decimal_bytes:>9}/{decimal_total_bytes:<9} {msg}",
                Unit::Files | Unit::Packages => "{bar:24} {pos:>9}/{len:<9} {msg}",
                Unit::Percent => "{bar:24} {percent:>8}%           {msg}",
            };
            let template = if total.is_some() { counts } else { "{spinner} {msg}" };
            // in this order no count of the last step is ever drawn with the unit of this one
            bar.set_position(0);
            bar.set_message(doing.to_owned());
            bar.set_length(total.unwrap_or(0));
            if let Ok(style) = ProgressStyle::with_template(&format!("{{prefix:>10}} {template}")) {
                bar.set_style(style);
            }
        }
    }

    /// Says something that is no step: whom the part waits for.
    pub(super) fn note(&self, text: &str) {
        if self.heart.is_some() {
            say(&self.part, text);
        }
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
        }
    }

    /// The step came so far, in its unit.
    pub(super) fn position(&self, count: u64) {
        let count = match self.step.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(step) => {
                step.count = step.total.filter(|total| *total > 0).map_or(count, |total| count.min(total));
                step.count
            }
            None => count,
        };
        if let Some(bar) = &self.bar {
            bar.set_position(count);
        }
    }

    /// The step came so far, of 1.
    pub(super) fn fraction(&self, fraction: f64) {
        let step = self.step.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let total = step.and_then(|step| step.total).unwrap_or(0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a bar's place, clamped to its length"
        )]
        #[expect(clippy::cast_precision_loss, reason = "a bar's place")]
        self.position((fraction.clamp(0.0, 1.0) * total as f64) as u64);
    }

    /// Ends the part with a line that stays: what, size, time.
    pub(super) fn done(self, what: &str) {
        let text = format!("{what}, in {}", duration(self.begun.elapsed()));
        if self.heart.is_some() {
            say(&self.part, &text);
        }
        if let Some(bar) = &self.bar {
            let line = format!("{:>10} {text}", self.part);
            bar.suspend(|| eprintln!("{line}"));
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Time as people write it: `8 s`, `5 min 50 s`.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, _) => format!("{:.1} s", time.as_secs_f64()),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_told_how_far_a_step_is() {
        let step = |unit, total, count| Step { doing: "compiling the kernel".to_owned(), unit, total, count };
        let told = |step: Step| step.so_far(Duration::from_secs(120));
        assert_eq!(
            told(step(Unit::Files, Some(2900), 812)),
            "compiling the kernel, 812 of about 2900 files, after 2 min 0 s"
        );
        assert_eq!(told(step(Unit::Percent, Some(200), 50)), "compiling the kernel, 25 %, after 2 min 0 s");
        assert_eq!(told(step(Unit::Octets, None, 5)), "compiling the kernel, after 2 min 0 s");
    }

    #[test]
    fn times_are_written_as_people_do() {
        assert_eq!(duration(Duration::from_millis(8120)), "8.1 s");
        assert_eq!(duration(Duration::from_secs(350)), "5 min 50 s");
    }
}
