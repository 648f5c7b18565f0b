//! Which modules of a script are linked together: those that import from each other, as far as they
//! have no two memories.

use crate::link::{Beginning, World};
use crate::parts::Parts;
use crate::script::{ModuleId, Script, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// Modules to be linked.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    /// All of them, in the order of the script.
    modules: BTreeSet<ModuleId>,
    /// Those whose steps are done in this world. Others only supply what is imported.
    acting: BTreeSet<ModuleId>,
}

/// Plans of worlds, and why modules are in none.
#[derive(Default)]
pub(crate) struct Plans {
    pub(crate) worlds: Vec<Plan>,
    pub(crate) left_out: BTreeMap<ModuleId, String>,
}

impl Plans {
    /// Assigns the modules of `script` but those in `left_out`.
    ///
    /// A module joins the worlds of its suppliers that have a state; of others it gets copies. If that
    /// would make two memories it gets a world of its own, with copies of all its suppliers.
    pub(crate) fn of(script: &Script, left_out: BTreeMap<ModuleId, String>) -> Plans {
        let mut plans = Plans { left_out, ..Plans::default() };
        let mut homes = BTreeMap::<ModuleId, usize>::new();
        for (id, module) in script.modules.iter().enumerate() {
            if plans.left_out.contains_key(&id) {
                continue;
            }
            let suppliers = module.imports_from.iter();
            let stateful = suppliers.filter(|id| has_state(script, **id));
            let mut joined: Vec<usize> = stateful.filter_map(|it| homes.get(it).copied()).collect();
            joined.sort_unstable();
            joined.dedup();
            let mut whole = Plan::default();
            for world in &joined {
                whole.modules.extend(&plans.worlds[*world].modules);
                whole.acting.extend(&plans.worlds[*world].acting);
            }
            let alone = Plan { modules: closure(script, id), acting: BTreeSet::from([id]) };
            whole.modules.extend(&alone.modules);
            whole.acting.insert(id);
            let home = joined.first().copied().unwrap_or(plans.worlds.len());
            if memories(script, &whole.modules) <= 1 {
                for world in &joined {
                    plans.worlds[*world] = Plan::default();
                }
                homes.extend(whole.acting.iter().map(|id| (*id, home)));
                plans.put(home, whole);
            } else if memories(script, &alone.modules) <= 1 {
                homes.insert(id, plans.worlds.len());
                plans.worlds.push(alone);
            } else {
                plans.left_out.insert(id, "needs two memories".to_owned());
            }
        }
        plans.worlds.retain(|plan| !plan.acting.is_empty());
        plans
    }

    fn put(&mut self, home: usize, plan: Plan) {
        match self.worlds.get_mut(home) {
            Some(place) => *place = plan,
            None => self.worlds.push(plan),
        }
    }
}

/// Whether something of a module or its suppliers can change.
fn has_state(script: &Script, id: ModuleId) -> bool {
    closure(script, id).iter().any(|id| script.modules[*id].has_state)
}

/// A module and all that it needs.
fn closure(script: &Script, id: ModuleId) -> BTreeSet<ModuleId> {
    let mut all = BTreeSet::from([id]);
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        open.extend(script.modules[id].imports_from.iter().filter(|id| all.insert(**id)));
    }
    all
}

/// How many memories the modules have that somebody reaches or imports.
fn memories(script: &Script, modules: &BTreeSet<ModuleId>) -> usize {
    let owners = modules.iter().filter_map(|id| {
        let module = &script.modules[*id];
        let mut owner = *id;
        while let Some(supplier) = script.modules[owner].imports_memory_from {
            owner = supplier;
        }
        (module.uses_own_memory || owner != *id).then_some(owner)
    });
    owners.collect::<BTreeSet<_>>().len()
}

/// Linked modules, with all that is done with them.
pub(crate) struct Linked<'s> {
    pub(crate) world: World,
    pub(crate) steps: Vec<&'s Step>,
}

/// Links the modules of `plan`. What cannot be linked goes to `left_out`.
pub(crate) fn link<'s>(
    script: &'s Script,
    mut plan: Plan,
    left_out: &mut BTreeMap<ModuleId, String>,
) -> Linked<'s> {
    loop {
        match try_link(script, &plan) {
            Ok(linked) => return linked,
            Err((id, reason)) => {
                plan.modules.remove(&id);
                plan.acting.remove(&id);
                left_out.insert(id, reason);
            }
        }
    }
}

fn try_link<'s>(script: &'s Script, plan: &Plan) -> Result<Linked<'s>, (ModuleId, String)> {
    let steps = script.steps.iter().filter(|step| plan.acting.contains(&step.module));
    let steps: Vec<&Step> = steps.collect();
    let parts = plan.modules.iter().map(|id| {
        let parts = Parts::read(&script.modules[*id].code);
        (*id, parts.unwrap_or_else(|error| panic!("line {}: {error}", script.modules[*id].line)))
    });
    let parts: BTreeMap<ModuleId, Parts<'_>> = parts.collect();
    let later = beginning_later(&steps, &parts);
    let mut world = World::new();
    for (id, parts) in &parts {
        let beginning = match later.contains(id) {
            true => Beginning::Later,
            false => Beginning::WithWorld,
        };
        let suppliers = &script.modules[*id].suppliers;
        world.link(*id, parts, suppliers, beginning).map_err(|reason| (*id, reason))?;
    }
    Ok(Linked { world, steps })
}

/// The modules whose instances are made when something has been done already.
fn beginning_later(steps: &[&Step], parts: &BTreeMap<ModuleId, Parts<'_>>) -> BTreeSet<ModuleId> {
    let mut later = BTreeSet::new();
    let mut is_later = false;
    for step in steps {
        let is_instance = match step.kind {
            StepKind::Instantiate => true,
            // Unless it is all there is, what comes before and after is done in the same instance.
            StepKind::InstantiateTrapping(_) => {
                is_later |= steps.len() > 1;
                true
            }
            _ => false,
        };
        if is_instance && is_later {
            later.insert(step.module);
        }
        let has_start = is_instance && parts[&step.module].start.is_some();
        is_later |= !is_instance || has_start;
    }
    later
}
