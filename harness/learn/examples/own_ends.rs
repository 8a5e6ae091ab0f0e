//! Learns every layer of both of offhook's own ends, and says what it took.

use std::error::Error;
use std::time::Instant;

use offhook_learn::learner::{Effort, learn};
use offhook_learn::ppp::compare::compare;
use offhook_learn::ppp::document::Document;
use offhook_learn::ppp::layer::{End, Layer, Setup};
use offhook_learn::ppp::link::{FEW, HangUp, LinkSubject, own_end};
use offhook_learn::ppp::player::{Player, Timing};
use offhook_learn::ppp::table::{Rules, reference};

fn main() -> Result<(), Box<dyn Error>> {
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
            let begin = Instant::now();
            let learnt = learn(&mut Player::new(subject, setup, Timing::default()), &inputs, &Effort::default())?;
            println!(
                "{:4} {end:?} {hang_up:?}: {} states, {:?}, {:.2} s",
                layer.name(),
                learnt.machine.len(),
                learnt.figures,
                begin.elapsed().as_secs_f64()
            );
            let mut document = Document::new("offhook", layer, end, learnt);
            if layer.is_automaton() {
                let hangs_up = hang_up == HangUp::WhenFinished;
                let rules = Rules { max_configure: FEW, max_terminate: FEW, hangs_up };
                let comparison = compare(&document.machine, &reference(&Setup::new(layer, end), &inputs, rules));
                println!("{comparison}");
                document = document.named(comparison.names);
            }
            if std::env::args().nth(1).is_some() {
                println!("{}\n{}", document.to_table(), document.to_dot());
            }
        }
    }
    Ok(())
}
