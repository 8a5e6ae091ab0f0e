//! What came of a word that a packet script has played: the frames of a call in, with their times; outputs out.
//!
//! A script waits a stated time after each input, so that the time of a frame says which input it belongs to.

use std::time::Duration;

use offhook_clock::Instant;

use super::layer::Layer;
use super::mapper::Crossed;
use super::observer::Observer;
use super::player::Step;
use super::symbol::Input;
use super::words::{Pace, protocol};
use offhook_ppp::frame::{Frame, LCP};
use offhook_ppp::packet::{Code, Packet};

impl Recorded {
    /// Has the script begin when LCP had come up, which it waited for: both ends were acknowledged. It begins when it began if LCP
    /// never did.
    pub fn begin_with_lcp(&mut self) {
        let acknowledged = |by_subject: bool| {
            let acks = self.frames.iter().filter(|crossed| crossed.by_subject == by_subject);
            acks.filter(|crossed| is_lcp_ack(&crossed.frame)).map(|crossed| crossed.at).next()
        };
        if let (Some(one), Some(other)) = (acknowledged(true), acknowledged(false)) {
            self.began = Some(one.max(other));
        }
    }
}

fn is_lcp_ack(frame: &[u8]) -> bool {
    let code = |information| Packet::new_checked(information).map(|packet| packet.code());
    Frame::parse(frame).is_ok_and(|frame| frame.protocol == LCP && code(frame.information) == Ok(Code::ConfigureAck))
}

/// A call as its trace has it.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// When the script began.
    pub began: Option<Instant>,
    /// When the subject hung up, if it did.
    pub closed: Option<Instant>,
    /// The frames, in their order.
    pub frames: Vec<Crossed>,
}

/// A call that is not the word that was to be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call cannot be read as the word {}: {why}", .word.iter().map(|input| input.name()).collect::<Vec<_>>().join(" "))]
pub struct ReadError {
    word: Vec<Input>,
    why: String,
}

/// Cuts a call into the inputs of `word`.
pub fn read(layer: Layer, pace: &Pace, word: &[Input], call: &Recorded) -> Result<Vec<Step>, ReadError> {
    let error = |why: String| ReadError { word: word.to_vec(), why };
    let began = call.began.ok_or_else(|| error("it never began".into()))?;
    let mut observer = Observer::new(layer);
    observer.handle_up();
    let mut frames = call.frames.iter().peekable();
    let mut steps = Vec::new();
    let mut begin = began;
    for input in std::iter::once(None).chain(word.iter().copied().map(Some)) {
        let end = begin + pace.of(input);
        let is_closed = |at: Instant| call.closed.is_some_and(|closed| closed < at);
        let mut crossed: Vec<Crossed> = Vec::new();
        // What a new process says on the same port is another call's.
        while let Some(frame) = frames.next_if(|frame| frame.at < end && !is_closed(frame.at)) {
            observer.handle_frame(frame.by_subject, &frame.frame);
            crossed.push(frame.clone());
        }
        if let Some(wanted) = input.and_then(|input| protocol(layer, input))
            && !is_closed(begin)
            && !crossed.iter().any(|crossed| is_sent(crossed, wanted, begin))
        {
            let what = input.map_or("", Input::name);
            return Err(error(format!("no packet for {what} was sent at {begin}")));
        }
        if call.closed.is_some_and(|closed| closed < end) {
            observer.handle_hang_up();
        }
        let outputs = observer.take_outputs();
        let outputs = if input == Some(Input::Silence) { outputs.once() } else { outputs };
        steps.push(Step { input, outputs, crossed });
        begin = end;
    }
    Ok(steps)
}

/// Whether it is a packet of that protocol to the subject, at that time.
fn is_sent(crossed: &Crossed, wanted: u16, at: Instant) -> bool {
    let soon = at + Duration::from_millis(100);
    let protocol = Frame::parse(&crossed.frame).map(|frame| frame.protocol);
    !crossed.by_subject && crossed.at >= at && crossed.at < soon && protocol == Ok(wanted)
}
