//! The single-pass compiler without tables for unwinding.
//!
//! wasmer registers such tables with the process for every module that it loads, and takes a backtrace
//! at every trap, in the handler of the signal. Where the unwinder keeps tables in a list (libgcc before
//! 13) each frame of the backtrace walks it, under a lock of the whole process: with three thousand
//! modules loaded, recursion that uses up the stack took half a second to report. Nobody wants these
//! backtraces, and nothing else unwinds Wasm frames: panics and errors of host functions are caught
//! below them and carried over.

use std::sync::Arc;
use wasmer::sys::{CompilerConfig, ModuleMiddleware, Singlepass, Target};
use wasmer_compiler::types::function::Compilation;
use wasmer_compiler::types::module::CompileModuleInfo;
use wasmer_compiler::{Compiler, FunctionBodyData, ModuleTranslationState};
use wasmer_types::entity::PrimaryMap;
use wasmer_types::{CompilationProgressCallback, CompileError, Features, LocalFunctionIndex};

/// Settings of the compiler.
pub(super) struct Frameless(pub(super) Singlepass);

/// The compiler.
#[derive(Debug)]
struct FramelessCompiler(Box<dyn Compiler>);

impl CompilerConfig for Frameless {
    fn compiler(self: Box<Self>) -> Box<dyn Compiler> {
        Box::new(FramelessCompiler(Box::new(self.0).compiler()))
    }

    fn push_middleware(&mut self, middleware: Arc<dyn ModuleMiddleware>) {
        self.0.push_middleware(middleware);
    }

    fn default_features_for_target(&self, target: &Target) -> Features {
        self.0.default_features_for_target(target)
    }

    fn supported_features_for_target(&self, target: &Target) -> Features {
        self.0.supported_features_for_target(target)
    }
}

impl Compiler for FramelessCompiler {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn deterministic_id(&self) -> String {
        format!("{}-frameless", self.0.deterministic_id())
    }

    fn get_middlewares(&self) -> &[Arc<dyn ModuleMiddleware>] {
        self.0.get_middlewares()
    }

    fn compile_module(
        &self,
        target: &Target,
        module: &CompileModuleInfo,
        compile_info_blob: &[u8],
        module_translation: &ModuleTranslationState,
        function_body_inputs: PrimaryMap<LocalFunctionIndex, FunctionBodyData<'_>>,
        progress_callback: Option<&CompilationProgressCallback>,
    ) -> Result<Compilation, CompileError> {
        let mut compiled = self.0.compile_module(
            target,
            module,
            compile_info_blob,
            module_translation,
            function_body_inputs,
            progress_callback,
        )?;
        if let Compilation::Rkyv { compilation, .. } = &mut compiled {
            // The section stays, as bytes that nobody reads.
            compilation.unwind_info.eh_frame = None;
        }
        Ok(compiled)
    }
}
