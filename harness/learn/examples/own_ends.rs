//! Learns every layer of both of offhook's own ends, and says what it took.

use std::error::Error;
use std::time::Instant;

use offhook_learn::learner::{Effort, Figures};
use offhook_learn::ppp::document::Document;
use offhook_learn::ppp::examination::{Examination, examine, expected};
use offhook_learn::ppp::layer::{End, Layer, Setup};
use offhook_learn::ppp::link::{FEW, HangUp, LinkSubject, own_end};
use offhook_learn::ppp::player::{Player, Timing};
use offhook_learn::ppp::table::Rules;

/// `own_ends [graphs] [EXTRA-STATES]`
fn main() -> Result<(), Box<dyn Error>> {
    let extra_states = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1);
    let effort = Effort { extra_states, ..Effort::default() };
    for (layer, hang_up) in [
        (Layer::Lcp, HangUp::Never),
        (Layer::Lcp, HangUp::WhenFinished),
        (Layer::Ipcp, HangUp::WhenFinished),
        (Layer::Pap, HangUp::WhenFinished),
        (Layer::Chap, HangUp::WhenFinished),
    ] {
        for end in [End::Calling, End::Answering] {
            let setup = Setup::new(layer, end);
            let inputs = setup.inputs();
            let subject = LinkSubject::new(own_end(layer, end), hang_up);
            let mut player = Player::new(subject, setup, Timing::default());
            let begin = Instant::now();
            let rules = Rules { max_configure: FEW, max_terminate: FEW, hangs_up: hang_up == HangUp::WhenFinished };
            let expected = expected(player.setup(), &inputs, rules);
            let Examination { learnt, comparison } = examine(&mut player, &expected, effort)?;
            let took = begin.elapsed().as_secs_f64();
            let Figures { queries, inputs, .. } = learnt.figures;
            let states = learnt.machine.len();
            println!(
                "{} {end:?} {hang_up:?}: {states} states, {queries} queries, {inputs} inputs, {took:.2} s",
                layer.name()
            );
            println!("{comparison}");
            let document = Document::new("offhook", layer, end, learnt).named(comparison.names);
            if std::env::args().any(|argument| argument == "graphs") {
                println!("{}\n{}", document.to_table(), document.to_dot());
            }
        }
    }
    Ok(())
}
