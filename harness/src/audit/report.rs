//! What a person reads of an audit: every port with what its callers experience, then the findings.
