//! What each program accepted, refused or could not be asked.

use std::fmt::Write;

/// The book that all examinations write into.
#[derive(Debug, Default)]
pub struct Ledger {
    verbose: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Default)]
struct Row {
    program: &'static str,
    accepted: usize,
    refused: usize,
    missing: Option<Missing>,
}

#[derive(Debug)]
struct Missing {
    advice: String,
    may_be: bool,
}

impl Ledger {
    /// An empty book; a `verbose` one prints what is accepted as well.
    pub fn new(verbose: bool) -> Self {
        Self { verbose, rows: Vec::new() }
    }

    /// `program` accepted `what`.
    pub fn accept(&mut self, program: &'static str, what: &str) {
        if self.verbose {
            println!("   ok      {program}: {what}");
        }
        self.row(program).accepted += 1;
    }

    /// `program` refused `what`.
    pub fn refuse(&mut self, program: &'static str, what: &str, why: &str) {
        println!("   REFUSED {program}: {what}");
        for line in why.trim().lines() {
            println!("           {line}");
        }
        self.row(program).refused += 1;
    }

    /// `program` accepted or refused `what`.
    pub fn record(&mut self, program: &'static str, what: &str, verdict: Result<(), String>) {
        match verdict {
            Ok(()) => self.accept(program, what),
            Err(why) => self.refuse(program, what, &why),
        }
    }

    /// `program` is not on this machine.
    pub fn missing(&mut self, program: &'static str, advice: &str) {
        self.row(program).missing = Some(Missing { advice: advice.to_owned(), may_be: false });
    }

    /// `program` is not on this machine, which is no failure anywhere.
    pub fn may_be_missing(&mut self, program: &'static str, advice: &str) {
        self.row(program).missing = Some(Missing { advice: advice.to_owned(), may_be: true });
    }

    /// Whether nothing was refused, and (with `require`) nothing was missing that must be there.
    pub fn is_clean(&self, require: bool) -> bool {
        let required = |missing: &Missing| require && !missing.may_be;
        self.rows.iter().all(|row| row.refused == 0 && !row.missing.as_ref().is_some_and(required))
    }

    /// One line for each program.
    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.program.len()).max().unwrap_or(0);
        let mut text = format!("{:<width$}  accepted  refused\n", "program");
        for row in &self.rows {
            let _ = match &row.missing {
                Some(missing) => writeln!(text, "{:<width$}  SKIPPED: {}", row.program, missing.advice),
                None => writeln!(text, "{:<width$}  {:>8}  {:>7}", row.program, row.accepted, row.refused),
            };
        }
        text
    }

    fn row(&mut self, program: &'static str) -> &mut Row {
        let at = self.rows.iter().position(|row| row.program == program).unwrap_or_else(|| {
            self.rows.push(Row { program, ..Row::default() });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_and_a_missing_program_count() {
        let mut ledger = Ledger::new(false);
        ledger.accept("a", "x");
        ledger.may_be_missing("alloy", "install it");
        assert!(ledger.is_clean(true));
        ledger.missing("b", "install it");
        assert!(ledger.is_clean(false) && !ledger.is_clean(true));
        ledger.refuse("a", "y", "no");
        assert!(!ledger.is_clean(false));
        assert!(ledger.table().contains("SKIPPED: install it"));
    }
}
