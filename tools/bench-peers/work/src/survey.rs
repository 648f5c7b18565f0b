//! All that is measured of a peer, in its own process.

use crate::error::Failure;
use crate::figures::{CompileFigure, Figures, KernelFigure};
use crate::measure::{Effort, resident_memory};
use crate::peer::Peer;
use crate::task::{Contract, LOOP, Task};
use bench_kernels::{ALL, JSON, Kernel};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// Measures the peer of this name.
///
/// # Errors
/// When the peer fails, or computes something else than the kernels do natively.
pub fn measure(name: &str, peer: &dyn Peer, effort: Effort) -> Result<Figures, Failure> {
    let json = Task::Kernel { number: JSON, size: 1 };
    Ok(Figures {
        peer: name.to_owned(),
        about: peer.about(),
        kernels: kernels(peer, effort)?,
        compile_token: compile(peer, Contract::Token, effort)?,
        compile_kernels: compile(peer, Contract::Kernels, effort)?,
        cold_token: cold(peer, Task::TokenSource, effort)?,
        cold_kernels: cold(peer, Task::Nothing, effort)?,
        warm_call: warm(peer, Task::Nothing, effort)?,
        host_call: host_call(peer, effort)?,
        json_call: warm(peer, json, effort)?,
        instance_memory: instance_memory(peer, effort)?,
    })
}

fn kernels(peer: &dyn Peer, effort: Effort) -> Result<Vec<KernelFigure>, Failure> {
    ALL.iter().zip(0..).map(|(kernel, number)| run_kernel(peer, kernel, number, effort)).collect()
}

/// Runs a kernel natively and on the peer, in turns, so that both meet the same machine.
fn run_kernel(
    peer: &dyn Peer,
    kernel: &Kernel,
    number: u8,
    effort: Effort,
) -> Result<KernelFigure, Failure> {
    let task = Task::Kernel { number, size: kernel.size };
    let expected = (kernel.run)(kernel.size).to_le_bytes().to_vec();
    let compare = |found: Vec<u8>| match found == expected {
        true => Ok(()),
        false => {
            Err(Failure::WrongResult { task: task.to_string(), expected: expected.clone(), found })
        }
    };
    let native = || compare(native_result(kernel, kernel.size));
    let [native, peer] = effort.time_in_turns(native, || compare(peer.call(task)?))?;
    Ok(KernelFigure { kernel: kernel.name.to_owned(), native, peer })
}

fn native_result(kernel: &Kernel, size: u32) -> Vec<u8> {
    (kernel.run)(std::hint::black_box(size)).to_le_bytes().to_vec()
}

fn compile(
    peer: &dyn Peer,
    contract: Contract,
    effort: Effort,
) -> Result<Option<CompileFigure>, Failure> {
    let Some(compilation) = peer.compilation(contract) else { return Ok(None) };
    let mut artifact = None;
    let time = effort.time(|| {
        artifact = compilation.run()?;
        Ok(())
    })?;
    Ok(Some(CompileFigure { code: compilation.code_len(), time, artifact }))
}

/// A call by a peer that has an artifact on disk and nothing in memory.
fn cold(peer: &dyn Peer, task: Task, effort: Effort) -> Result<Option<f64>, Failure> {
    if !peer.takes(task) {
        return Ok(None);
    }
    // Once, so that the artifact is there.
    peer.call(task)?;
    if peer.restarted()?.is_none() {
        return Ok(None);
    }
    let restarted = || peer.restarted()?.ok_or_else(|| Failure::NotTaken(task.to_string()));
    effort.time_prepared(restarted, |peer| peer.call(task).map(drop)).map(Some)
}

fn warm(peer: &dyn Peer, task: Task, effort: Effort) -> Result<Option<f64>, Failure> {
    if !peer.takes(task) {
        return Ok(None);
    }
    effort.time(|| peer.call(task).map(drop)).map(Some)
}

/// What a loop takes longer with a host call in it.
fn host_call(peer: &dyn Peer, effort: Effort) -> Result<Option<f64>, Failure> {
    if !peer.takes(Task::HostLoop) {
        return Ok(None);
    }
    let call = |task| move || peer.call(task).map(drop);
    let [empty, host] = effort.time_in_turns(call(Task::EmptyLoop), call(Task::HostLoop))?;
    Ok(Some((host - empty) / f64::from(LOOP)))
}

/// Growth of the process while instances run at the same time, divided by their number.
fn instance_memory(peer: &dyn Peer, effort: Effort) -> Result<Option<u64>, Failure> {
    if !peer.has_instances() {
        return Ok(None);
    }
    let task = lasting_task(peer)?;
    let (count, begin) = (effort.instances, Barrier::new(effort.instances as usize + 1));
    let ended = AtomicU32::new(0);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| {
                    begin.wait();
                    let result = peer.call(task).map(drop);
                    ended.fetch_add(1, Ordering::Relaxed);
                    result
                })
            })
            .collect();
        // Not before the threads were let go may this return.
        let before = resident_memory();
        begin.wait();
        let before = before?;
        let mut most = before;
        while ended.load(Ordering::Relaxed) < count {
            most = most.max(resident_memory()?);
            thread::sleep(Duration::from_millis(2));
        }
        for thread in threads {
            thread.join().map_err(|_| Failure::Contract("a thread panicked".to_owned()))??;
        }
        Ok(Some((most - before) / u64::from(count)))
    })
}

/// A call that takes about a tenth of a second, so that calls in many threads overlap.
fn lasting_task(peer: &dyn Peer) -> Result<Task, Failure> {
    let fibonacci = |size| Task::Kernel { number: 0, size };
    let mut size = 20;
    while Effort::QUICK.time(|| peer.call(fibonacci(size)).map(drop))? < 0.1 && size < 40 {
        size += 1;
    }
    Ok(fibonacci(size))
}
