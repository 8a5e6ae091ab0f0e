//! `--replace`: files of this machine in the place of the server's, in every guest of a run.

use std::sync::Arc;

use clap::Args;

use crate::runner::item::Item;
use offhook_lab::Replacement;

/// The option, the same for every command that runs scenarios.
#[derive(Clone, Debug, Args)]
pub(super) struct Replace {
    /// Put a file of this machine in the place of one of the server's, in every guest, executable and root's:
    /// /usr/sbin/pppd=./pppd (may be given more than once: libraries it needs). Results tell its path and SHA-256
    #[arg(long, value_name = "PATH=FILE", value_parser = Replacement::read)]
    replace: Vec<Replacement>,
}

impl Replace {
    /// Has these items run with them.
    pub(super) fn put(&self, items: &mut [Item]) {
        let replaced: Arc<[Replacement]> = self.replace.as_slice().into();
        items.iter_mut().for_each(|item| item.replaced = Arc::clone(&replaced));
    }
}
