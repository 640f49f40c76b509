//! `texts → files`: a small fleet compiled as the command line does it, for tests that look at the output.

use bayplan::emit::Tree;
use bayplan_cli::args::Format;
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Asked, Runner};
use std::fs;

/// The output of the fleet `case` in its first environment, or what is wrong with it.
///
/// # Errors
/// With every finding, where one of them is denied or the files cannot be written.
pub fn compiled(files: &[(&str, &str)]) -> Result<Tree, String> {
    let (tree, said) = compiled_and_said(files);
    tree.ok_or(said)
}

/// The output of the fleet `case` in its first environment, where nothing is denied; and every finding.
pub fn compiled_and_said(files: &[(&str, &str)]) -> (Option<Tree>, String) {
    let Ok(folder) = tempfile::tempdir() else { return (None, "no folder".to_owned()) };
    let here = folder.path().join("case");
    for (name, text) in files {
        let path = here.join(name);
        let made = fs::create_dir_all(path.parent().unwrap_or(&here)).and_then(|()| fs::write(path, text));
        if let Err(error) = made {
            return (None, error.to_string());
        }
    }
    let style = Style { format: Format::Pretty, color: false, unicode: true, width: 80 };
    let runner = Runner { here: &here, compiler: &Library::default(), out: style, err: style };
    match runner.compile(&[], false, &Asked::default()) {
        Err(error) => (None, format!("{error:?}")),
        Ok(run) => {
            let said = run.report.findings.iter();
            let said = said.map(|finding| format!("{}: {}\n", finding.rule, finding.message)).collect();
            (run.outputs.into_iter().next().map(|output| output.tree), said)
        }
    }
}
