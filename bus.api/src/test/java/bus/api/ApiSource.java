package bus.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;

/**
 * Source code, as the compiler's own parser reads it, and what its public types leave unsaid. A method of an interface
 * says five things, each in an item of its list: on which thread it is called, whether it may block, whose the buffers are,
 * what its result means, and what an exception does.
 */
final class ApiSource extends TreePathScanner<Void, Void> {
	private static final Set<String> CONTRACTS = Set.of("ConsumerType", "ProviderType");

	private final DocTrees docs;
	private final List<String> faults = new ArrayList<>();

	private ApiSource(DocTrees docs) {
		this.docs = docs;
	}

	/** What is missing in the files, one line each; empty if all is said. */
	static List<String> faults(List<Path> files) throws IOException {
		var compiler = ToolProvider.getSystemJavaCompiler();
		try (var disk = compiler.getStandardFileManager(null, null, null)) {
			return faults(disk.getJavaFileObjectsFromPaths(files));
		}
	}

	/** The same for one file that is not on disk. */
	static List<String> faults(String code) {
		return faults(List.of(new SimpleJavaFileObject(URI.create("string:///Sample.java"), JavaFileObject.Kind.SOURCE) {
			@Override
			public CharSequence getCharContent(boolean ignoreEncodingErrors) {
				return code;
			}
		}));
	}

	private static List<String> faults(Iterable<? extends JavaFileObject> files) {
		var task = (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, List.of(), null, files);
		var source = new ApiSource(DocTrees.instance(task));
		try {
			for (CompilationUnitTree unit : task.parse())
				source.scan(unit, null);
		} catch (IOException e) {
			throw new UncheckedIOException(e);
		}
		return source.faults;
	}

	@Override
	public Void visitClass(ClassTree type, Void nothing) {
		if (!isPublic(type.getModifiers()))
			return null;
		if (type.getKind() == Kind.INTERFACE && contracts(type) != 1)
			fault("exactly one of @ConsumerType and @ProviderType");
		var comment = comment();
		if (type.getKind() == Kind.RECORD)
			undocumented(comment, components(type)).forEach(name -> fault("@param " + name));
		return super.visitClass(type, nothing);
	}

	private static long contracts(ClassTree type) {
		return type.getModifiers().getAnnotations().stream().map(AnnotationTree::getAnnotationType).map(Tree::toString)
				.filter(CONTRACTS::contains).count();
	}

	/** The only fields of a record that are not static. */
	private static List<String> components(ClassTree type) {
		return names(type.getMembers().stream().filter(VariableTree.class::isInstance).map(VariableTree.class::cast)
				.filter(field -> !field.getModifiers().getFlags().contains(Modifier.STATIC)).toList());
	}

	private static List<String> names(List<? extends VariableTree> variables) {
		return variables.stream().map(variable -> variable.getName().toString()).toList();
	}

	@Override
	public Void visitMethod(MethodTree method, Void nothing) {
		var owner = (ClassTree) getCurrentPath().getParentPath().getLeaf();
		if (!isPublic(method.getModifiers()) || isCanonical(method, owner))
			return null;
		var comment = comment();
		undocumented(comment, names(method.getParameters())).forEach(name -> fault("@param " + name));
		var thrown = new ArrayList<>(method.getThrows().stream().map(Tree::toString).toList());
		thrown.removeAll(CommentParts.thrown(comment));
		thrown.forEach(name -> fault("@throws " + name));
		if (owner.getKind() == Kind.INTERFACE) {
			var missing = EnumSet.allOf(Point.class);
			missing.removeAll(CommentParts.points(comment));
			missing.forEach(point -> fault("<li>" + point.label() + ":"));
		}
		return null;
	}

	/** Takes what the record's own comment describes. */
	private static boolean isCanonical(MethodTree method, ClassTree owner) {
		return owner.getKind() == Kind.RECORD && method.getReturnType() == null
				&& names(method.getParameters()).equals(components(owner));
	}

	@Override
	public Void visitVariable(VariableTree field, Void nothing) {
		if (isPublic(field.getModifiers()))
			comment();
		return null;
	}

	private boolean isPublic(ModifiersTree modifiers) {
		var flags = modifiers.getFlags();
		var parent = getCurrentPath().getParentPath().getLeaf();
		boolean implicitly = parent.getKind() == Kind.INTERFACE || parent.getKind() == Kind.ANNOTATION_TYPE;
		return implicitly ? !flags.contains(Modifier.PRIVATE)
				: flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED);
	}

	/** The comment of what is being looked at; that there is none is a fault. */
	private DocCommentTree comment() {
		var comment = docs.getDocCommentTree(getCurrentPath());
		if (comment == null)
			fault("a comment");
		return comment;
	}

	private static List<String> undocumented(DocCommentTree comment, List<String> names) {
		var missing = new ArrayList<>(names);
		missing.removeAll(CommentParts.parameters(comment));
		return missing;
	}

	private void fault(String missing) {
		faults.add(name(getCurrentPath()) + " lacks " + missing);
	}

	private static String name(TreePath path) {
		return Stream.iterate(path, step -> step != null, TreePath::getParentPath).map(TreePath::getLeaf)
				.map(leaf -> switch (leaf) {
					case ClassTree type -> type.getSimpleName().toString();
					case MethodTree method -> method.getName().toString();
					case VariableTree field -> field.getName().toString();
					default -> "";
				}).filter(name -> !name.isEmpty()).collect(Collectors.collectingAndThen(Collectors.toList(),
						names -> String.join(".", names.reversed())));
	}
}
