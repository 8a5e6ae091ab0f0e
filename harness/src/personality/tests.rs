//! Files of makes: those that ship, and those with mistakes.
