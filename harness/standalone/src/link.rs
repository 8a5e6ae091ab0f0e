//! `--link PORT=NUMBER`: what a DTE is attached by, and the number of the line behind it.

use offhook_port::AttachmentSpec;

use super::phonebook::is_number;

/// A DTE's port and the number of its modem's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModemLink {
    /// What the DTE is attached by.
    pub port: AttachmentSpec,
    /// The number of the line.
    pub number: String,
}

/// Reads `PORT=NUMBER`; paths may have an equals sign of their own.
///
/// # Errors
///
/// What is wrong with it and how it is said.
pub fn link(text: &str) -> Result<ModemLink, String> {
    let Some((port, number)) = text.rsplit_once('=') else {
        return Err("a number is missing: PORT=NUMBER, as in ./vm1=5551001".to_owned());
    };
    if !is_number(number) {
        return Err(format!("\"{number}\" is no number to be dialled: up to 32 digits, as in ./vm1=5551001"));
    }
    let port = port.parse().map_err(|error: offhook_port::AttachmentSpecError| error.to_string())?;
    Ok(ModemLink { port, number: number.to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_link_is_a_port_and_a_number() {
        let read = link("./a=b=5551001").unwrap();
        assert_eq!((read.port.to_string(), read.number), ("./a=b".to_owned(), "5551001".to_owned()));
        assert_eq!(link("tcp:6400=5551002").unwrap().port.to_string(), "tcp:127.0.0.1:6400");
        for wrong in ["./vm1", "./vm1=", "./vm1=555 1001", "=5551001", "vm1=5551001"] {
            assert!(link(wrong).is_err(), "{wrong}");
        }
    }
}
