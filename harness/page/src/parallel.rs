//! Work on many things at once: on all processors, results in the order of the things.

use std::thread;

/// `work` done for each of `inputs`; `None` if a thread ended without its results.
pub(crate) fn each<I: Sync, O: Send>(inputs: &[I], work: impl Fn(&I) -> O + Sync) -> Option<Vec<O>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let part = inputs.len().div_ceil(threads).max(1);
    let work = &work;
    thread::scope(|scope| {
        let start = |inputs: &'_ [I]| inputs.iter().map(work).collect::<Vec<O>>();
        let parts: Vec<_> = inputs.chunks(part).map(|inputs| scope.spawn(move || start(inputs))).collect();
        let mut outputs = Vec::with_capacity(inputs.len());
        for part in parts {
            outputs.extend(part.join().ok()?);
        }
        Some(outputs)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_things() {
        let inputs: Vec<usize> = (0..1001).collect();
        assert_eq!(each(&inputs, |number| number + 1), Some((1..1002).collect()));
        assert_eq!(each(&[] as &[u8], |_| ()), Some(Vec::new()));
    }
}
