//! Runs one after the other, as many guests at once as there are jobs, for whoever decides from what came of some what to run
//! next. Nothing of a run is kept here when it is over.

use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::calling;
use super::guest::Guest;
use super::item::{Item, Options};
use offhook_lab::Lab;
use offhook_session::Outcome;

/// Runs what `next` gives until it gives nothing and all is over, or `stop` is ready; each outcome goes to `take`, with what
/// `next` gave it. Whether it came to its end.
pub async fn stream<T: Send + 'static>(
    lab: &Lab,
    options: &Options,
    work: &mut impl Work<T>,
    stop: impl Future<Output = ()>,
) -> bool {
    let mut tasks: JoinSet<(T, Outcome)> = JoinSet::new();
    let mut number = 0;
    tokio::pin!(stop);
    loop {
        while tasks.len() < options.jobs.max(1) {
            let Some((what, item)) = work.next() else { break };
            let item = Arc::new(Item { scenario: calling::as_run(item.scenario), ..item });
            let guest = Guest::new(lab, &item, number, options);
            number += 1;
            tasks.spawn(async move { (what, guest.run(&item).await) });
        }
        tokio::select! {
            biased;
            () = &mut stop => {
                tasks.shutdown().await;
                return false;
            }
            joined = tasks.join_next() => match joined {
                Some(Ok((what, outcome))) => work.take(what, outcome),
                // It panicked: a bug of ours, of which the panic has told. What it ran was not judged, and is tried again.
                Some(Err(_)) => {}
                None => return true,
            },
        }
    }
}

/// What is run.
pub trait Work<T> {
    /// The next run.
    fn next(&mut self) -> Option<(T, Item)>;

    /// What came of one.
    fn take(&mut self, what: T, outcome: Outcome);
}
