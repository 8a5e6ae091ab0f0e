//! What the user sees while the lab is built: bars on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

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

    /// Begins a part of the lab.
    pub(super) fn task(&self, part: &str) -> Task {
        let bar = match self {
            Self::Bars(bars) => Some(bars.add(ProgressBar::new_spinner().with_prefix(part.to_owned()))),
            _ => None,
        };
        if let Some(bar) = &bar {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Task {
            part: part.to_owned(),
            plain: matches!(self, Self::Plain),
            bar,
            total: AtomicU64::new(0),
            phase: Mutex::new(None),
            begun: Instant::now(),
        }
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

/// A part of the lab under way. Dropping it clears its bar.
#[derive(Debug)]
pub(super) struct Task {
    part: String,
    plain: bool,
    bar: Option<ProgressBar>,
    total: AtomicU64,
    phase: Mutex<Option<String>>,
    begun: Instant,
}

impl Task {
    /// Begins a step: `compiling the kernel`.
    pub(super) fn phase(&self, doing: &str, unit: Unit, total: Option<u64>) {
        self.total.store(total.unwrap_or(0), Ordering::Relaxed);
        if let Ok(mut phase) = self.phase.lock() {
            if phase.as_deref() == Some(doing) {
                return;
            }
            *phase = Some(doing.to_owned());
        }
        if self.plain {
            let size = match (unit, total) {
                (Unit::Octets, Some(octets)) => format!(" ({})", super::error::size(octets)),
                (Unit::Files, Some(files)) => format!(" (about {files} files)"),
                _ => String::new(),
            };
            self.line(&format!("{doing}{size}"));
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
        if self.plain {
            self.line(text);
        }
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
        }
    }

    /// The step came so far, in its unit.
    pub(super) fn position(&self, count: u64) {
        if let Some(bar) = &self.bar {
            let total = self.total.load(Ordering::Relaxed);
            bar.set_position(if total > 0 { count.min(total) } else { count });
        }
    }

    /// The step came so far, of 1.
    pub(super) fn fraction(&self, fraction: f64) {
        let total = self.total.load(Ordering::Relaxed);
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
        if self.plain {
            self.line(&text);
        }
        if let Some(bar) = &self.bar {
            let line = format!("{:>10} {text}", self.part);
            bar.suspend(|| eprintln!("{line}"));
        }
    }

    fn line(&self, text: &str) {
        // nobody to tell if standard error is closed
        let _ = writeln!(std::io::stderr(), "lab: {}: {text}", self.part);
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
    fn times_are_written_as_people_do() {
        assert_eq!(duration(Duration::from_millis(8120)), "8.1 s");
        assert_eq!(duration(Duration::from_secs(350)), "5 min 50 s");
    }
}
