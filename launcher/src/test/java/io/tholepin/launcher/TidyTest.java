package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sizes and habits that CONTRIBUTING.md promises, read from every source file with the JDK's own parser. */
class TidyTest {
    private static final int FILE_LINES_MAX = 800;
    private static final int METHOD_LINES_MAX = 60;
    private static final int LINE_CHARS_MAX = 120;
    private static final long FILE_BYTES_MAX = 256 << 10;
    private static final Set<String> VAGUE_ENDINGS = Set.of("Util", "Utils", "Helper", "Helpers", "Manager", "Impl");

    private static final Path ROOT = root();
    private static final List<String> LONG_METHODS = new ArrayList<>();
    private static final List<String> UNDOCUMENTED = new ArrayList<>();
    private static final List<String> VAGUE_NAMES = new ArrayList<>();
    private static int typesSeen;
    private static List<Path> sources = List.of();

    @BeforeAll
    static void readEverySource() throws IOException {
        sources = files().filter(file -> file.toString().endsWith(".java")).toList();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(sources));
            Iterable<? extends CompilationUnitTree> units = task.parse();
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : units) {
                new Reader(unit, docs).scan(unit, null);
            }
        }
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("store")) ? here : here.resolve("..").normalize();
    }

    /** Every file that belongs to the project. */
    private static Stream<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(ROOT)) {
            List<Path> all = walk.filter(Files::isRegularFile)
                    .filter(file -> !ROOT.relativize(file).toString().matches("(.*/)?(target|\\.git|data)/.*"))
                    .filter(file -> !file.endsWith(".git"))
                    .toList();
            return all.stream();
        }
    }

    @Test
    void theTestSeesTheWholeProject() {
        assertThat(sources).hasSizeGreaterThan(400);
        assertThat(typesSeen).isGreaterThan(600);
    }

    @Test
    void noFileIsLongerThan800Lines() {
        List<String> tooLong = sources.stream()
                .filter(file -> lines(file).size() > FILE_LINES_MAX)
                .map(file -> ROOT.relativize(file).toString())
                .toList();
        assertThat(tooLong).isEmpty();
    }

    @Test
    void noLineIsLongerThan120Characters() {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > LINE_CHARS_MAX) {
                    tooLong.add(ROOT.relativize(file) + ":" + (i + 1));
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void noMethodIsLongerThan60Lines() {
        assertThat(LONG_METHODS).isEmpty();
    }

    @Test
    void everyPublicTypeIsDocumented() {
        assertThat(UNDOCUMENTED).isEmpty();
    }

    @Test
    void noTypeIsNamedUtilHelperManagerOrImpl() {
        assertThat(VAGUE_NAMES).isEmpty();
    }

    @Test
    void noFileIsLargerThan256KiB() throws IOException {
        assertThat(files())
                .isNotEmpty()
                .allSatisfy(file -> assertThat(Files.size(file))
                        .as("%s", ROOT.relativize(file))
                        .isLessThanOrEqualTo(FILE_BYTES_MAX));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Reader extends TreePathScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final DocTrees docs;
        private final boolean production;

        Reader(CompilationUnitTree unit, DocTrees docs) {
            this.unit = unit;
            this.docs = docs;
            production = unit.getSourceFile().getName().contains("/src/main/");
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            typesSeen++;
            String name = type.getSimpleName().toString();
            if (VAGUE_ENDINGS.stream().anyMatch(name::endsWith)) {
                VAGUE_NAMES.add(where(type) + " " + name);
            }
            boolean visible = type.getModifiers().getFlags().contains(Modifier.PUBLIC);
            if (production && visible && !hasDoc(getCurrentPath())) {
                UNDOCUMENTED.add(where(type) + " " + name);
            }
            return super.visitClass(type, nothing);
        }

        private boolean hasDoc(TreePath path) {
            return docs.getDocCommentTree(path) != null;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            SourcePositions positions = docs.getSourcePositions();
            LineMap map = unit.getLineMap();
            long end = positions.getEndPosition(unit, method);
            if (end > 0) {
                long length = map.getLineNumber(end) - map.getLineNumber(positions.getStartPosition(unit, method)) + 1;
                if (length > METHOD_LINES_MAX) {
                    LONG_METHODS.add(where(method) + " " + method.getName() + ": " + length + " lines");
                }
            }
            return super.visitMethod(method, nothing);
        }

        private String where(Tree tree) {
            long start = docs.getSourcePositions().getStartPosition(unit, tree);
            return ROOT.relativize(Path.of(unit.getSourceFile().getName())) + ":"
                    + unit.getLineMap().getLineNumber(start);
        }
    }
}
