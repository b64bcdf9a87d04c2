import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Most mutants fall to a quick test: the files that took least the last time come first. */
export class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = (file: TestSpecification): number =>
      this.ctx.cache.getFileTestResults(`${file.project.name}:${file.moduleId.slice(this.ctx.config.root.length + 1)}`)
        ?.duration ?? 0;
    return files.toSorted((a, b) => seconds(a) - seconds(b));
  }
}
