package bus.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EndElementTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.ThrowsTree;

/** Looks for the parts of one comment. No comment has none. An empty part is not there. */
final class CommentParts {
	private CommentParts() {
	}

	/** The names that @param describes. */
	static Set<String> parameters(DocCommentTree comment) {
		var names = new HashSet<String>();
		for (var tag : tags(comment))
			if (tag instanceof ParamTree parameter && !parameter.getDescription().isEmpty())
				names.add(parameter.getName().toString());
		return names;
	}

	/** The exceptions that @throws describes. */
	static Set<String> thrown(DocCommentTree comment) {
		var names = new HashSet<String>();
		for (var tag : tags(comment))
			if (tag instanceof ThrowsTree thrown && !thrown.getDescription().isEmpty())
				names.add(thrown.getExceptionName().toString());
		return names;
	}

	private static List<? extends DocTree> tags(DocCommentTree comment) {
		return comment == null ? List.of() : comment.getBlockTags();
	}

	/** The points that items of a list speak of. */
	static Set<Point> points(DocCommentTree comment) {
		var items = new ArrayList<StringBuilder>();
		boolean inside = false;
		for (var part : comment == null ? List.<DocTree>of() : comment.getFullBody()) {
			if (part instanceof StartElementTree start && start.getName().contentEquals("li")) {
				items.add(new StringBuilder());
				inside = true;
			} else if (part instanceof EndElementTree end && end.getName().contentEquals("ul")) {
				inside = false;
			} else if (inside) {
				items.getLast().append(part);
			}
		}
		return items.stream().map(item -> item.toString().strip()).flatMap(CommentParts::pointOf)
				.collect(Collectors.toSet());
	}

	private static Stream<Point> pointOf(String item) {
		return Arrays.stream(Point.values())
				.filter(point -> point.begins(item) && item.indexOf(':') < item.length() - 1);
	}
}
