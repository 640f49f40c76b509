//! `fixes of one reading → those that can be made together`: all at once, and only where that fails fewer and fewer.

use super::edits::{Claims, NotMade, edited};
use super::guard::{self, Problem};
use super::target::{Index, Targets};
use super::workspace::{Texts, View, Workspace, text_key};
use super::{Candidate, Group, Refused, told};
use crate::finding::{Finding, Fix, Level};
use crate::resolve::files::Files;
use bayplan_yaml::Location;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// One reading, and what is done about it.
pub(super) struct Pass<'a> {
    workspace: &'a Workspace<'a>,
    texts: &'a Texts,
    view: &'a View,
    groups: Vec<Group>,
    taken: Vec<usize>,
    refused: Vec<Refused>,
    /// What parts of the workspace said before.
    parts: HashMap<BTreeSet<String>, View>,
}

/// The folders that are read again; everything where there are none.
type Scope<'s> = Option<&'s BTreeSet<String>>;

impl<'a> Pass<'a> {
    /// Finds what is to be edited for each fix that `wanted` takes.
    pub fn new(
        workspace: &'a Workspace<'a>,
        texts: &'a Texts,
        view: &'a View,
        wanted: &dyn Fn(&Finding, &Fix) -> bool,
    ) -> Self {
        let (groups, taken, refused, parts) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new());
        let mut pass = Self { workspace, texts, view, groups, taken, refused, parts };
        let mut index = Index::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut of_main: HashMap<(&str, Location), Vec<usize>> = HashMap::new();
        for candidate in candidates(view, wanted) {
            let alone;
            let stack = match candidate.finding.subject.stack {
                Some(_) => view.stack_of(&candidate.finding).ok_or("its stack cannot be read".to_owned()),
                // What is said before anything is merged speaks of its file.
                None => {
                    alone = view.alone(candidate.finding.at);
                    alone.as_ref().map_err(Clone::clone)
                }
            };
            let places = of_main.entry((candidate.finding.rule, candidate.finding.at)).or_default();
            // What mends a stack in the files that a variant of it is made from, too, mends both.
            let mends = |group: &Group| {
                group.candidates.iter().any(|main| main.fix == candidate.fix && is_variant(view, &candidate, main))
            };
            if let Some(main) = places.iter().copied().find(|at| mends(&pass.groups[*at])) {
                pass.groups[main].candidates.push(candidate);
                continue;
            }
            let ways = stack.and_then(|stack| {
                let (sources, locked) = (&view.sources, workspace.locked);
                Targets { sources, index: &mut index, stack, locked }.ways(&candidate.fix)
            });
            match ways {
                Err(reason) => pass.refuse(candidate, reason),
                Ok(ways) if ways.iter().all(Vec::is_empty) => pass.refuse(candidate, "it changes no file".to_owned()),
                Ok(ways) => {
                    let key = format!("{:?}", ways[0]);
                    match known.get(&key).and_then(|at| pass.groups.get_mut(*at)) {
                        Some(group) => group.candidates.push(candidate),
                        None => {
                            places.push(pass.groups.len());
                            known.insert(key, pass.groups.len());
                            pass.groups.push(Group { candidates: vec![candidate], ways, way: 0 });
                        }
                    }
                }
            }
        }
        pass
    }

    /// What a file says now, and the path by which it stands among the texts.
    pub fn text(&self, file: &str) -> Option<(String, Arc<str>)> {
        let key = text_key(&self.workspace.files, file);
        let text = self.texts.get(&key).cloned().or_else(|| self.workspace.files.read(file).ok())?;
        Some((key, text))
    }

    /// The groups whose edits were made.
    pub fn taken(&self) -> impl Iterator<Item = &Group> {
        self.taken.iter().map(|at| &self.groups[*at])
    }

    /// The fixes that cannot be made.
    pub fn refused(&mut self) -> Vec<Refused> {
        std::mem::take(&mut self.refused)
    }

    /// Makes as many fixes as fit together; nothing where none does. Those that are in the way of another wait.
    pub fn settle(&mut self) -> Option<(Texts, View)> {
        let mut claims = Claims::default();
        let fit: Vec<usize> = (0..self.groups.len()).filter(|at| claims.take(self.groups[*at].edits())).collect();
        if fit.is_empty() {
            return None;
        }
        if let Ok(done) = self.attempt(&fit, None) {
            self.taken = fit;
            return Some(done);
        }
        let mut taken = Vec::new();
        for (folders, groups) in self.parts(&fit) {
            let mut own = Vec::new();
            self.side_by_side(&groups, &mut own, Some(&folders));
            taken.extend(own);
        }
        taken.sort_unstable();
        if taken.is_empty() {
            return None;
        }
        if let Ok(done) = self.attempt(&taken, None) {
            self.taken = taken;
            return Some(done);
        }
        // Stacks far apart may have to do with each other.
        let mut own = Vec::new();
        self.choose(&taken, &mut own, None);
        let done = self.attempt(&own, None).ok().filter(|_| !own.is_empty());
        self.taken = own;
        done
    }

    /// Takes those of `groups` that can be made together. What is in the way is looked for in all services at once, so that
    /// many fixes that cannot be made cost about as much as one.
    fn side_by_side(&mut self, groups: &[usize], taken: &mut Vec<usize>, scope: Scope<'_>) {
        let Err(no) = self.attempt(groups, scope) else { return taken.extend(groups) };
        let blamed = no.groups();
        let rest: Vec<usize> = groups.iter().copied().filter(|group| !blamed.contains(group)).collect();
        let good = !blamed.is_empty() && !rest.is_empty() && self.attempt(&rest, scope).is_ok();
        let left: &[usize] = if good { &blamed.into_iter().collect::<Vec<_>>() } else { groups };
        if good {
            taken.extend(rest);
        }
        // Of each service one fix at a time.
        let mut turns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut used: HashMap<Option<String>, usize> = HashMap::new();
        for group in left {
            let turn = used.entry(self.service(*group)).or_default();
            turns.entry(*turn).or_default().push(*group);
            *turn += 1;
        }
        let mut waiting = Vec::new();
        for (_, turn) in turns {
            self.turn(&turn, taken, &mut waiting, scope);
        }
        if taken.is_empty() {
            self.choose(&waiting, taken, scope);
        }
    }

    /// What a group is about, as far as that has a name.
    fn service(&self, group: usize) -> Option<String> {
        let about = &self.groups[group].candidates.first()?.finding.subject;
        Some(format!("{:?} {}", about.stack, about.service.as_ref()?))
    }

    /// Takes those of `groups`, each about another service, that can be made beside what was `taken`, and refuses those that
    /// cannot be made at all. The others wait.
    fn turn(&mut self, groups: &[usize], taken: &mut Vec<usize>, waiting: &mut Vec<usize>, scope: Scope<'_>) {
        let beside = |taken: &[usize], more: &[usize]| -> Vec<usize> { taken.iter().chain(more).copied().collect() };
        let Err(no) = self.attempt(&beside(taken, groups), scope) else { return taken.extend(groups) };
        // What was taken before may be in the way of what comes, and is told then.
        let known: BTreeSet<Option<String>> = no.groups().into_iter().map(|group| self.service(group)).collect();
        let (blamed, rest): (Vec<usize>, Vec<usize>) =
            groups.iter().partition(|group| known.contains(&self.service(**group)));
        if blamed.is_empty() || !rest.is_empty() && self.attempt(&beside(taken, &rest), scope).is_err() {
            return self.choose(groups, taken, scope);
        }
        taken.extend(rest);
        let Err(alone) = self.attempt(&blamed, scope) else { return waiting.extend(blamed) };
        for group in blamed {
            let has_others = self.groups[group].ways.len() > 1;
            match alone.reason(group).filter(|_| !has_others) {
                Some(reason) => self.refuse_group(group, &reason),
                None => self.choose(&[group], taken, scope),
            }
        }
    }

    /// Takes those of `groups` that can be made beside what was `taken`; refuses those that cannot be made at all.
    fn choose(&mut self, groups: &[usize], taken: &mut Vec<usize>, scope: Scope<'_>) {
        if groups.is_empty() {
            return;
        }
        let all: Vec<usize> = taken.iter().chain(groups).copied().collect();
        let no = match self.attempt(&all, scope) {
            Ok(_) => return taken.extend(groups),
            Err(no) => no,
        };
        if let [only] = *groups {
            return self.choose_one(only, no, taken, scope);
        }
        let known = no.groups();
        let (blamed, rest): (Vec<usize>, Vec<usize>) = groups.iter().partition(|group| known.contains(group));
        let (first, second) = match blamed.is_empty() || rest.is_empty() {
            true => groups.split_at(groups.len() / 2),
            false => (rest.as_slice(), blamed.as_slice()),
        };
        self.choose(first, taken, scope);
        self.choose(second, taken, scope);
    }

    fn choose_one(&mut self, group: usize, no: Failed, taken: &mut Vec<usize>, scope: Scope<'_>) {
        // Alone it may be made, and then it waits for the next reading.
        let reason = match taken.is_empty() {
            true => no.first(),
            false => match self.attempt(&[group], scope) {
                Ok(_) => return,
                Err(alone) => alone.first(),
            },
        };
        for way in 1..self.groups[group].ways.len() {
            self.groups[group].way = way;
            let all: Vec<usize> = taken.iter().copied().chain([group]).collect();
            if self.attempt(&all, scope).is_ok() {
                return taken.push(group);
            }
        }
        self.groups[group].way = 0;
        self.refuse_group(group, &reason);
    }

    fn refuse_group(&mut self, group: usize, reason: &str) {
        for candidate in std::mem::take(&mut self.groups[group].candidates) {
            self.refuse(candidate, reason.to_owned());
        }
    }

    fn refuse(&mut self, candidate: Candidate, reason: String) {
        self.refused.push(Refused { told: told(&candidate, &self.view.sources), reason });
    }

    /// The texts and what is read with the edits of `groups` in place, where that is what it should be.
    fn attempt(&mut self, groups: &[usize], scope: Scope<'_>) -> Result<(Texts, View), Failed> {
        let owners: Vec<usize> = groups.iter().flat_map(|at| self.groups[*at].edits().iter().map(|_| *at)).collect();
        let edits = groups.iter().flat_map(|at| self.groups[*at].edits());
        let not_made = |not: NotMade| (not.reason, vec![owners[not.number]]);
        let made =
            edited(edits, &|file| self.text(file)).map_err(|all| Failed(all.into_iter().map(not_made).collect()))?;
        let mut texts = self.texts.clone();
        texts.extend(made);
        if let Some(folders) = scope
            && !self.parts.contains_key(folders)
        {
            self.parts.insert(folders.clone(), self.workspace.read(self.texts, scope));
        }
        let before = scope.and_then(|folders| self.parts.get(folders)).unwrap_or(self.view);
        let after = self.workspace.read(&texts, scope);
        let fixes = groups.iter().flat_map(|at| self.groups[*at].candidates.iter().map(|one| (*at, one)));
        let (owners, fixes): (Vec<usize>, Vec<&Candidate>) = fixes.unzip();
        let told = |problem: Problem| (problem.reason, problem.fixes.into_iter().map(|at| owners[at]).collect());
        guard::check(before, &after, &fixes).map_err(|all| Failed(all.into_iter().map(told).collect()))?;
        Ok((texts, after))
    }

    /// The groups by what has to be read to know whether they can be made: the folders of all stacks that read one of the
    /// files, and of those that share a name with them.
    fn parts(&self, groups: &[usize]) -> Vec<(BTreeSet<String>, Vec<usize>)> {
        let mut parts = Parts::default();
        for stack in &self.view.stacks {
            let base = stack.name.split(" (").next().unwrap_or(&stack.name);
            parts.join(&format!("folder {}", stack.folder), &format!("name {base}"));
            for file in stack.reads(&self.view.sources) {
                parts.join(&format!("folder {}", stack.folder), &format!("file {file}"));
            }
        }
        let mut by_part: BTreeMap<usize, (BTreeSet<String>, Vec<usize>)> = BTreeMap::new();
        for group in groups {
            let own = |candidate: &Candidate| {
                self.view.stacks_of(&candidate.finding).map(|stack| format!("folder {}", stack.folder)).collect()
            };
            let folders: Vec<String> =
                self.groups[*group].candidates.iter().flat_map(|one| -> Vec<String> { own(one) }).collect();
            let files = self.groups[*group].edits().iter().map(|edit| format!("file {}", edit.file));
            let all: Vec<String> = folders.into_iter().chain(files).collect();
            for name in &all[1..] {
                parts.join(&all[0], name);
            }
        }
        for group in groups {
            let Some(edit) = self.groups[*group].edits().first() else { continue };
            let part = parts.of(&format!("file {}", edit.file));
            by_part.entry(part).or_default().1.push(*group);
        }
        for stack in &self.view.stacks {
            let part = parts.of(&format!("folder {}", stack.folder));
            if let Some((folders, _)) = by_part.get_mut(&part) {
                folders.insert(stack.folder.clone());
            }
        }
        by_part.into_values().collect()
    }
}

/// Why an attempt failed: each reason with the groups that it comes from, as far as that is known.
struct Failed(Vec<(String, Vec<usize>)>);

impl Failed {
    fn first(self) -> String {
        self.0.into_iter().next().map(|(reason, _)| reason).unwrap_or_default()
    }

    fn groups(&self) -> BTreeSet<usize> {
        self.0.iter().flat_map(|(_, groups)| groups.iter().copied()).collect()
    }

    /// The reason that comes from a group and from no other.
    fn reason(&self, group: usize) -> Option<String> {
        self.0.iter().find(|(_, groups)| *groups == [group]).map(|(reason, _)| reason.clone())
    }
}

/// Whether the stack of a fix is made from the files of another fix's stack, and from more.
fn is_variant(view: &View, variant: &Candidate, main: &Candidate) -> bool {
    let stack = |candidate: &Candidate| {
        let name = candidate.finding.subject.stack.as_deref()?;
        view.stacks.iter().find(|stack| stack.name == name)
    };
    stack(variant).zip(stack(main)).is_some_and(|(variant, main)| {
        variant.folder == main.folder
            && variant.files.len() > main.files.len()
            && main.files.iter().all(|file| variant.files.contains(file))
    })
}

/// The fixes that are wanted, by place; those of several environments as one.
fn candidates(view: &View, wanted: &dyn Fn(&Finding, &Fix) -> bool) -> Vec<Candidate> {
    let mut found: Vec<&Finding> =
        view.report.findings.iter().filter(|finding| finding.level != Level::Allow && finding.fix.is_some()).collect();
    let files: HashMap<&str, usize> =
        view.stacks.iter().map(|stack| (stack.name.as_str(), stack.files.len())).collect();
    // What mends a stack in its main file mends its variants, which are made from more.
    let made_from = |finding: &Finding| finding.subject.stack.as_deref().and_then(|name| files.get(name));
    found.sort_by_key(|finding| {
        (view.sources.name(finding.at.source), finding.at.span, finding.rule, made_from(finding))
    });
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut numbers: HashMap<_, Vec<usize>> = HashMap::new();
    for finding in found {
        let Some(fix) = finding.fix.as_deref().filter(|fix| wanted(finding, fix)) else { continue };
        let same = numbers.entry(guard::known(finding)).or_default();
        let twin = same.iter().find(|at| candidates[**at].fix == *fix && candidates[**at].finding.at == finding.at);
        match twin {
            Some(at) => candidates[*at].count += 1,
            None => {
                same.push(candidates.len());
                candidates.push(Candidate { finding: finding.clone(), fix: fix.clone(), count: 1 });
            }
        }
    }
    candidates
}

/// Names that belong together.
#[derive(Default)]
struct Parts {
    numbers: HashMap<String, usize>,
    above: Vec<usize>,
}

impl Parts {
    fn of(&mut self, name: &str) -> usize {
        let next = self.above.len();
        let mut at = *self.numbers.entry(name.to_owned()).or_insert(next);
        if at == next {
            self.above.push(next);
        }
        while self.above[at] != at {
            self.above[at] = self.above[self.above[at]];
            at = self.above[at];
        }
        at
    }

    fn join(&mut self, a: &str, b: &str) {
        let (a, b) = (self.of(a), self.of(b));
        self.above[a.max(b)] = a.min(b);
    }
}
