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
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let here = folder.path().join("case");
    for (name, text) in files {
        let path = here.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&here)).map_err(|error| error.to_string())?;
        fs::write(path, text).map_err(|error| error.to_string())?;
    }
    let style = Style { format: Format::Pretty, color: false, unicode: true, width: 80 };
    let runner = Runner { here: &here, compiler: &Library, out: style, err: style };
    let run = runner.compile(&[], false, &Asked::default()).map_err(|error| format!("{error:?}"))?;
    let said = run.report.findings.iter().map(|finding| format!("{}: {}\n", finding.rule, finding.message)).collect();
    run.outputs.into_iter().next().map(|output| output.tree).ok_or(said)
}
