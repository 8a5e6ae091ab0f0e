//! The file of `--journal`, and those of `--merge`: made, taken over, gone on with.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::cli::play::{Stop, failed};
use crate::explore::matter::{Explored, told};
use offhook_base::{hex, plain};
use offhook_explore::{Campaign, Header, Journal};
use offhook_lab::Lab;

/// Of what a journal is: each scenario on its stack, by all that decides what comes of it.
pub(super) fn header(lab: &Lab, explored: &[Explored], seed: u64) -> Header {
    let line = |of: &Explored| {
        let fingerprint = lab.fingerprint(of.item.lab_stack());
        let mut digest = Sha256::new();
        for part in [&*of.source.text, &fingerprint.kernel_sha256, &fingerprint.files_sha256, &fingerprint.offhook] {
            digest.update(part);
            digest.update([0xff]);
        }
        for replaced in of.item.all_replaced() {
            digest.update(&replaced.path);
            digest.update(&replaced.sha256);
        }
        let digest = hex(&digest.finalize()[..8]);
        format!("{} ({digest})", told(&of.item))
    };
    Header { journal: Header::FORM, matter: explored.iter().map(line).collect(), seed }
}

/// Takes over what is in a journal; whether it was there.
pub(super) fn take_over(path: &Path, header: &Header, campaign: &mut Campaign, must_be: bool) -> Result<bool, Stop> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_be => return Ok(false),
        Err(error) => return Err(failed(format!("reading {}: {}", path.display(), plain(&error)))),
    };
    let journal = Journal::read(&text, header)
        .map_err(|why| Stop::Wrong(format!("{}: {}; give another journal, or remove it\n", path.display(), why.0)))?;
    journal.entries.into_values().for_each(|entry| campaign.take(entry));
    Ok(!text.is_empty())
}

/// The journal, ready to be gone on with.
pub(super) fn opened(path: &Path, header: &Header, campaign: &mut Campaign) -> Result<File, Stop> {
    let doing = |error: io::Error| failed(format!("writing {}: {}", path.display(), plain(&error)));
    let there = take_over(path, header, campaign, false)?;
    if !there {
        fs::write(path, header.line()).map_err(doing)?;
    } else {
        // What is not whole was the last of a run that was ended.
        let octets = fs::read(path).map_err(doing)?;
        let whole = octets.iter().rposition(|octet| *octet == b'\n').map_or(0, |end| end + 1);
        let file = OpenOptions::new().write(true).open(path).map_err(doing)?;
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX)).map_err(doing)?;
    }
    OpenOptions::new().append(true).open(path).map_err(doing)
}
