//! The process that reads disk and prints.
