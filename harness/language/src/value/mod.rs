//! Texts and numbers read as the kinds that only this language has; each gives a value, or what to write instead.

pub(crate) mod address;
pub(crate) mod length;
pub(crate) mod modem;
pub(crate) mod packet;
pub(crate) mod place;
pub(crate) mod speed;
pub(crate) mod tag;
pub(crate) mod telephone;
pub(crate) mod variable;

use offhook_schema::{Value, Wrong};

use super::fault;
