//! What is simpler than a trial: each disturbance left out, each at an earlier moment.
//!
//! In: a trial that shows a violation, and the points of its scenario. Out: trials, the simplest first; whoever runs them takes
//! the first that shows the same, and asks again.

use crate::points::Point;
use crate::trial::Trial;

/// Moments that are tried for one disturbance: the first, halfway to it, half of that way, and so on to the one before. Where all
/// moments from one on show the same, that one is found in few steps.
fn earlier(place: usize) -> impl Iterator<Item = usize> {
    let steps = std::iter::successors(Some(place), |step| Some(step / 2)).take_while(|step| *step > 0);
    steps.map(move |step| place - step)
}

/// Simpler trials.
pub fn simpler(trial: &Trial, points: &[Point]) -> Vec<Trial> {
    let mut found = Vec::new();
    if trial.disturbances.len() > 1 {
        for left_out in 0..trial.disturbances.len() {
            let mut fewer = trial.clone();
            fewer.disturbances.remove(left_out);
            found.push(fewer);
        }
    }
    for (number, (moment, _)) in trial.disturbances.iter().enumerate() {
        let Some(place) = points.iter().position(|point| point.moment == *moment) else { continue };
        // Not before the one that it follows.
        let after = number.checked_sub(1).and_then(|before| {
            let moment = trial.disturbances.get(before).map(|(moment, _)| moment)?;
            points.iter().position(|point| point.moment == *moment)
        });
        for place in earlier(place).filter(|place| after.is_none_or(|after| *place > after)) {
            let mut other = trial.clone();
            if let (Some(disturbance), Some(point)) = (other.disturbances.get_mut(number), points.get(place)) {
                disturbance.0 = point.moment.clone();
                found.push(other);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use offhook_clock::Instant;
    use offhook_scenario::{Deed, Moment};

    #[test]
    fn fewer_disturbances_come_before_earlier_ones() {
        let moment = |nth| Moment { event: "frame".to_owned(), nth, later: Default::default() };
        let point = |nth| Point {
            moment: moment(nth),
            at: Instant::ZERO,
            what: String::new(),
            call: true,
            carrier: true,
            programs: BTreeSet::new(),
        };
        let points: Vec<Point> = (1..=9).map(point).collect();
        let trial = |all: &[u32]| Trial {
            matter: 0,
            disturbances: all.iter().map(|nth| (moment(*nth), Deed::CutLine)).collect(),
        };
        let found = simpler(&trial(&[3, 9]), &points);
        assert_eq!(found[..2], [trial(&[9]), trial(&[3])]);
        assert_eq!(found[2..], [trial(&[1, 9]), trial(&[2, 9]), trial(&[3, 5]), trial(&[3, 7]), trial(&[3, 8])]);
        assert_eq!(simpler(&trial(&[1]), &points), []);
        let all: Vec<usize> = earlier(1000).collect();
        assert_eq!((all.len(), all[0], all[1], all[9]), (10, 0, 500, 999));
    }
}
