//! The option negotiation automaton (RFC 1661 §4): state and event in, actions and next state out. No effects.
//!
//! The table of §4.1 stands below as data, one row an event, one column a state; whoever steps
//! carries out the actions. Guards are events of their own: whether a request is acceptable, a reject
//! catastrophic or a counter expired is decided before stepping.
//!
//! ```
//! use offhook_ppp::automaton::{Action, Cell, Event, State, step};
//!
//! // A Configure-Ack in Ack-Sent: "irc,tlu/9".
//! let Cell::Go { actions, next, .. } = step(State::AckSent, Event::Ack) else { unreachable!() };
//! assert_eq!((actions, next), (&[Action::Irc, Action::Tlu][..], State::Opened));
//! // A timeout in Opened, where no timer runs: "-".
//! assert_eq!(step(State::Opened, Event::TimeoutRetry), Cell::Illegal);
//! ```

/// A state (RFC 1661 §4.2); the number is the RFC's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 0: lower layer down, no Open.
    Initial,
    /// 1: Open, waiting for the lower layer.
    Starting,
    /// 2: lower layer up, no Open.
    Closed,
    /// 3: Open, waiting for the peer after a Down, a timeout or a Terminate.
    Stopped,
    /// 4: Terminate-Request sent after a Close.
    Closing,
    /// 5: terminating, but still Open.
    Stopping,
    /// 6: Configure-Request sent.
    ReqSent,
    /// 7: Configure-Request sent and acknowledged.
    AckRcvd,
    /// 8: Configure-Request and Configure-Ack sent.
    AckSent,
    /// 9: Configure-Ack sent and received.
    Opened,
}

impl State {
    /// All states in the RFC's order.
    pub const ALL: [Self; 10] = [
        Self::Initial,
        Self::Starting,
        Self::Closed,
        Self::Stopped,
        Self::Closing,
        Self::Stopping,
        Self::ReqSent,
        Self::AckRcvd,
        Self::AckSent,
        Self::Opened,
    ];

    /// The name as RFC 1661 §4.1 spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initial => "Initial",
            Self::Starting => "Starting",
            Self::Closed => "Closed",
            Self::Stopped => "Stopped",
            Self::Closing => "Closing",
            Self::Stopping => "Stopping",
            Self::ReqSent => "Req-Sent",
            Self::AckRcvd => "Ack-Rcvd",
            Self::AckSent => "Ack-Sent",
            Self::Opened => "Opened",
        }
    }

    /// Whether the Restart timer runs: exactly in the states that have TO cells (RFC 1661 §4.1).
    pub const fn has_timer(self) -> bool {
        matches!(step(self, Event::TimeoutRetry), Cell::Go { .. })
    }

    /// Whether a Configure-Request is out and negotiation goes on.
    pub const fn is_negotiating(self) -> bool {
        matches!(self, Self::ReqSent | Self::AckRcvd | Self::AckSent)
    }
}

/// An event (RFC 1661 §4.3), in the order of the table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// Up: the lower layer is ready.
    Up,
    /// Down: the lower layer is gone.
    Down,
    /// Open: this layer may be used.
    Open,
    /// Close: this layer may not be used any longer.
    Close,
    /// TO+: timeout with counter above zero.
    TimeoutRetry,
    /// TO-: timeout with counter expired.
    TimeoutExpired,
    /// RCR+: an acceptable Configure-Request.
    RequestGood,
    /// RCR-: an unacceptable Configure-Request.
    RequestBad,
    /// RCA: a Configure-Ack.
    Ack,
    /// RCN: a Configure-Nak or Configure-Reject.
    NakOrReject,
    /// RTR: a Terminate-Request.
    TerminateRequest,
    /// RTA: a Terminate-Ack.
    TerminateAck,
    /// RUC: an unknown code.
    UnknownCode,
    /// RXJ+: a Code-Reject or Protocol-Reject that can be lived with.
    RejectPermitted,
    /// RXJ-: a catastrophic Code-Reject or Protocol-Reject.
    RejectCatastrophic,
    /// RXR: an Echo-Request, Echo-Reply or Discard-Request.
    Echo,
}

impl Event {
    /// All events in the order of the RFC's rows.
    pub const ALL: [Self; 16] = [
        Self::Up,
        Self::Down,
        Self::Open,
        Self::Close,
        Self::TimeoutRetry,
        Self::TimeoutExpired,
        Self::RequestGood,
        Self::RequestBad,
        Self::Ack,
        Self::NakOrReject,
        Self::TerminateRequest,
        Self::TerminateAck,
        Self::UnknownCode,
        Self::RejectPermitted,
        Self::RejectCatastrophic,
        Self::Echo,
    ];
}

/// An action (RFC 1661 §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// tlu: This-Layer-Up.
    Tlu,
    /// tld: This-Layer-Down.
    Tld,
    /// tls: This-Layer-Started: the lower layer is needed.
    Tls,
    /// tlf: This-Layer-Finished: the lower layer is not needed any longer.
    Tlf,
    /// irc: Initialize-Restart-Count.
    Irc,
    /// zrc: Zero-Restart-Count: pause for a restart period.
    Zrc,
    /// scr: Send-Configure-Request.
    Scr,
    /// sca: Send-Configure-Ack.
    Sca,
    /// scn: Send-Configure-Nak or -Reject.
    Scn,
    /// str: Send-Terminate-Request.
    Str,
    /// sta: Send-Terminate-Ack.
    Sta,
    /// scj: Send-Code-Reject.
    Scj,
    /// ser: Send-Echo-Reply.
    Ser,
}

/// The table's footnotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Footnote {
    /// \[p\] Passive option (§4.2, Stopped): an implementation may stay and wait instead of finishing;
    /// [`Opening`](crate::control::Opening) says which.
    Passive,
    /// \[r\] Restart option (§4.3, Open): an implementation may do Down and Up as well. Ours does not.
    Restart,
    /// \[x\] Crossed connection (§4.3, RCA): unlikely to be anything but somebody's mistake.
    CrossedConnection,
}

/// A cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `-`: the event cannot happen in this state; nothing is to be done.
    Illegal,
    /// Carry out the actions in order, then be in the next state.
    Go {
        /// What to do, in order.
        actions: &'static [Action],
        /// The state afterwards.
        next: State,
        /// The RFC's remark.
        footnote: Option<Footnote>,
    },
}

/// Looks up what `event` does in `state`.
pub const fn step(state: State, event: Event) -> Cell {
    TABLE[event as usize][state as usize]
}

const fn go(actions: &'static [Action], next: State) -> Cell {
    Cell::Go { actions, next, footnote: None }
}

const fn note(actions: &'static [Action], next: State, footnote: Footnote) -> Cell {
    Cell::Go { actions, next, footnote: Some(footnote) }
}

/// A cell with these actions and next state: `cell!(irc scr / 6)`, `cell!(3, Restart)`, `cell!(-)`.
macro_rules! cell {
    (-) => { Cell::Illegal };
    ($($action:ident)* / $next:ident) => { go(&[$(Action::$action),*], State::$next) };
    ($($action:ident)* / $next:ident [$footnote:ident]) => {
        note(&[$(Action::$action),*], State::$next, Footnote::$footnote)
    };
}

/// A row: one cell a state, each in braces.
macro_rules! row {
    ($({ $($cell:tt)* })*) => { [$(cell!($($cell)*)),*] };
}

/// RFC 1661 §4.1. Columns: Initial Starting Closed Stopped Closing Stopping, then Req-Sent Ack-Rcvd Ack-Sent Opened.
#[rustfmt::skip]
const TABLE: [[Cell; 10]; 16] = [
    /* Up   */ row![{/ Closed} {Irc Scr / ReqSent} {-} {-} {-} {-}
                    {-} {-} {-} {-}],
    /* Down */ row![{-} {-} {/ Initial} {Tls / Starting} {/ Initial} {/ Starting}
                    {/ Starting} {/ Starting} {/ Starting} {Tld / Starting}],
    /* Open */ row![{Tls / Starting} {/ Starting} {Irc Scr / ReqSent} {/ Stopped [Restart]} {/ Stopping [Restart]} {/ Stopping [Restart]}
                    {/ ReqSent} {/ AckRcvd} {/ AckSent} {/ Opened [Restart]}],
    /* Close*/ row![{/ Initial} {Tlf / Initial} {/ Closed} {/ Closed} {/ Closing} {/ Closing}
                    {Irc Str / Closing} {Irc Str / Closing} {Irc Str / Closing} {Tld Irc Str / Closing}],

    /* TO+  */ row![{-} {-} {-} {-} {Str / Closing} {Str / Stopping}
                    {Scr / ReqSent} {Scr / ReqSent} {Scr / AckSent} {-}],
    /* TO-  */ row![{-} {-} {-} {-} {Tlf / Closed} {Tlf / Stopped}
                    {Tlf / Stopped [Passive]} {Tlf / Stopped [Passive]} {Tlf / Stopped [Passive]} {-}],

    /* RCR+ */ row![{-} {-} {Sta / Closed} {Irc Scr Sca / AckSent} {/ Closing} {/ Stopping}
                    {Sca / AckSent} {Sca Tlu / Opened} {Sca / AckSent} {Tld Scr Sca / AckSent}],
    /* RCR- */ row![{-} {-} {Sta / Closed} {Irc Scr Scn / ReqSent} {/ Closing} {/ Stopping}
                    {Scn / ReqSent} {Scn / AckRcvd} {Scn / ReqSent} {Tld Scr Scn / ReqSent}],
    /* RCA  */ row![{-} {-} {Sta / Closed} {Sta / Stopped} {/ Closing} {/ Stopping}
                    {Irc / AckRcvd} {Scr / ReqSent [CrossedConnection]} {Irc Tlu / Opened} {Tld Scr / ReqSent [CrossedConnection]}],
    /* RCN  */ row![{-} {-} {Sta / Closed} {Sta / Stopped} {/ Closing} {/ Stopping}
                    {Irc Scr / ReqSent} {Scr / ReqSent [CrossedConnection]} {Irc Scr / AckSent} {Tld Scr / ReqSent [CrossedConnection]}],

    /* RTR  */ row![{-} {-} {Sta / Closed} {Sta / Stopped} {Sta / Closing} {Sta / Stopping}
                    {Sta / ReqSent} {Sta / ReqSent} {Sta / ReqSent} {Tld Zrc Sta / Stopping}],
    /* RTA  */ row![{-} {-} {/ Closed} {/ Stopped} {Tlf / Closed} {Tlf / Stopped}
                    {/ ReqSent} {/ ReqSent} {/ AckSent} {Tld Scr / ReqSent}],

    /* RUC  */ row![{-} {-} {Scj / Closed} {Scj / Stopped} {Scj / Closing} {Scj / Stopping}
                    {Scj / ReqSent} {Scj / AckRcvd} {Scj / AckSent} {Scj / Opened}],
    /* RXJ+ */ row![{-} {-} {/ Closed} {/ Stopped} {/ Closing} {/ Stopping}
                    {/ ReqSent} {/ ReqSent} {/ AckSent} {/ Opened}],
    /* RXJ- */ row![{-} {-} {Tlf / Closed} {Tlf / Stopped} {Tlf / Closed} {Tlf / Stopped}
                    {Tlf / Stopped} {Tlf / Stopped} {Tlf / Stopped} {Tld Irc Str / Stopping}],

    /* RXR  */ row![{-} {-} {/ Closed} {/ Stopped} {/ Closing} {/ Stopping}
                    {/ ReqSent} {/ AckRcvd} {/ AckSent} {Ser / Opened}],
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::collections::BTreeMap;

    use super::*;

    const RFC: &str = include_str!("rfc1661-4.1.txt");

    /// Row labels of the printed table, in the order of [`Event::ALL`].
    const LABELS: [&str; 16] = [
        "Up", "Down", "Open", "Close", "TO+", "TO-", "RCR+", "RCR-", "RCA", "RCN", "RTR", "RTA", "RUC", "RXJ+", "RXJ-",
        "RXR",
    ];

    /// The printed cells: event label to the ten cells of its row.
    fn printed() -> BTreeMap<&'static str, Vec<&'static str>> {
        let mut rows = BTreeMap::<_, Vec<_>>::new();
        for line in RFC.lines() {
            if let Some((label, cells)) = line.split_once('|')
                && LABELS.contains(&label.trim())
            {
                rows.entry(label.trim()).or_default().extend(cells.split_whitespace());
            }
        }
        rows
    }

    /// A cell as the RFC prints it.
    fn print(cell: Cell) -> String {
        let Cell::Go { actions, next, footnote } = cell else { return "-".into() };
        let actions: Vec<String> = actions.iter().map(|action| format!("{action:?}").to_lowercase()).collect();
        let slash = if actions.is_empty() { "" } else { "/" };
        let footnote = match footnote {
            None => "",
            Some(Footnote::Passive) => "p",
            Some(Footnote::Restart) => "r",
            Some(Footnote::CrossedConnection) => "x",
        };
        format!("{}{slash}{}{footnote}", actions.join(","), next as u8)
    }

    #[test]
    fn all_160_cells_are_those_the_rfc_prints() {
        let printed = printed();
        let mut compared = 0;
        for (event, label) in Event::ALL.into_iter().zip(LABELS) {
            let row = printed.get(label).unwrap();
            assert_eq!(row.len(), 10, "row {label}");
            for (state, cell) in State::ALL.into_iter().zip(row) {
                assert_eq!(print(step(state, event)), *cell, "{label} in {}", state.name());
                compared += 1;
            }
        }
        assert_eq!(compared, 160);
    }

    #[test]
    fn states_and_events_are_numbered_as_in_the_rfc() {
        assert!(State::ALL.iter().enumerate().all(|(number, state)| *state as usize == number));
        assert!(Event::ALL.iter().enumerate().all(|(number, event)| *event as usize == number));
    }

    #[test]
    fn the_timer_belongs_to_states_4_to_8() {
        let timed: Vec<u8> =
            State::ALL.into_iter().filter(|state| state.has_timer()).map(|state| state as u8).collect();
        assert_eq!(timed, [4, 5, 6, 7, 8]);
    }

    #[test]
    fn both_timeouts_are_legal_in_the_same_states() {
        for state in State::ALL {
            let legal = |event| step(state, event) != Cell::Illegal;
            assert_eq!(legal(Event::TimeoutRetry), legal(Event::TimeoutExpired));
        }
    }
}
