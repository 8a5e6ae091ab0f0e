//! How things stand, for the view: a row for each line and for each number that answers with PPP, and one of them in full.
//!
//! In: the pool, the journal, which row is looked at. Out: a [`Picture`].

use offhook_clock::{Instant, earliest};

use super::{Driver, FRAME};
use crate::panel::Lamps;
use crate::view::{Detail, Picture, Row, Selection};

impl Driver {
    /// When a lamp that follows octets goes out.
    pub(super) fn next_darkening(&self, now: Instant) -> Option<Instant> {
        let meters = (0..self.pool.len()).map(|line| self.pool.meters(line));
        meters.flat_map(|(received, sent)| [received.goes_dark(), sent.goes_dark()]).fold(None, |next, dark| {
            // What is dark already was drawn so.
            earliest(next, dark.filter(|dark| *dark + FRAME > now))
        })
    }

    pub(super) fn picture(&self, now: Instant, selection: Selection) -> Picture {
        let lines = (0..self.pool.len())
            .map(|line| {
                let state = self.pool.state(line);
                Row {
                    number: self.pool.setup(line).number.clone(),
                    link: self.links[line].clone(),
                    state: state.to_string(),
                    busy: !state.is_idle(),
                    lamps: self.pool.lamps(now, line),
                }
            })
            .chain(self.pool.ppp_numbers().enumerate().map(|(index, number)| {
                let (state, busy) = self.pool.ppp_state(index);
                let lamps =
                    Lamps { carrier: busy, off_hook: busy, modem_ready: true, auto_answer: true, ..Lamps::default() };
                Row { number: number.number.clone(), link: "PPP".to_owned(), state, busy, lamps }
            }))
            .collect();
        let clock = format!("since {}", self.journal.day().clock(Instant::ZERO).get(..8).unwrap_or_default());
        Picture { clock, lines, detail: self.detail(selection.line) }
    }

    fn detail(&self, line: usize) -> Detail {
        if let Some(index) = line.checked_sub(self.pool.len()) {
            let Some(number) = self.pool.ppp_numbers().nth(index) else { return Detail::default() };
            let name = number.name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
            let title = format!("{}{name}, answers with PPP at {}", number.number, number.config.local);
            return Detail { title, events: self.journal.last(line), ..Detail::default() };
        }
        let setup = self.pool.setup(line);
        let model = &setup.modem.personality.name;
        let model = if model.is_empty() { "generic" } else { model };
        let name = setup.name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
        let (received, sent) = self.pool.meters(line);
        Detail {
            title: format!("{}{name}, {model}", setup.number),
            parameters: self
                .pool
                .modem(line)
                .s_parameters()
                .map(|(number, value)| format!("S{number}={value}"))
                .collect(),
            settings: self.pool.modem(line).settings(),
            has_dte: true,
            sent: sent.octets,
            received: received.octets,
            lost: self.pool.lost(line),
            events: self.journal.last(line),
        }
    }
}
