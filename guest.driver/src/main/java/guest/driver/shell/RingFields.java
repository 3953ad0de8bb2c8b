package guest.driver.shell;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.StringJoiner;

import guest.driver.DriverRing;
import guest.driver.PackedDriverRing;
import guest.driver.SplitDriverRing;

/**
 * The fields of a ring by name, such as {@code desc.3.len} or {@code avail.idx}. What is written here reaches the
 * device as it is, with no order among the fields but that of the commands.
 */
record RingFields(DriverRing ring) {
	private static final int DESCRIPTOR = 16;
	private static final int USED_ELEMENT = 8;
	private static final int FIRST_ENTRY = 4;
	private static final Set<String> HEXADECIMAL = Set.of("addr", "flags", "off_wrap");
	private static final String SPLIT_FIELDS = "desc.N.addr, len, flags, next; avail.flags, idx, N, used_event; "
			+ "used.flags, idx, N.id, N.len, avail_event";
	private static final String PACKED_FIELDS = "desc.N.addr, len, id, flags; driver.off_wrap, flags; "
			+ "device.off_wrap, flags";

	/** Where a field is; its width in bytes. */
	private record Field(MemorySegment memory, long offset, int width) {
		long get() {
			return switch (width) {
				case Short.BYTES -> memory.get(JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN), offset) & 0xffff;
				case Integer.BYTES -> memory.get(JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN), offset) & 0xffff_ffffL;
				default -> memory.get(JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN), offset);
			};
		}

		void set(long value) {
			switch (width) {
				case Short.BYTES -> memory.set(JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN), offset, (short) value);
				case Integer.BYTES -> memory.set(JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN), offset, (int) value);
				default -> memory.set(JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN), offset, value);
			}
		}
	}

	/** The values with their names, descriptors of length 0 left out. */
	String show() {
		boolean packed = ring instanceof PackedDriverRing;
		var text = new StringJoiner("\n");
		text.add((packed ? "packed" : "split") + " ring: size=" + ring.size() + " free=" + ring.freeDescriptors()
				+ " outstanding=" + ring.outstanding());
		text.add(packed ? values("driver.", "off_wrap", "flags") : values("avail.", "flags", "idx", "used_event"));
		text.add(packed ? values("device.", "off_wrap", "flags") : values("used.", "flags", "idx", "avail_event"));
		for (int i = 0; i < ring.size(); i++)
			if (field("desc." + i + ".len").get() != 0)
				text.add(values("desc." + i + ".", "addr", "len", packed ? "id" : "next", "flags"));
		return text.toString();
	}

	private String values(String prefix, String... parts) {
		var line = new StringJoiner(" ");
		for (var part : parts)
			line.add(prefix + part + "=" + text(field(prefix + part).get(), !HEXADECIMAL.contains(part)));
		return line.toString();
	}

	private static String text(long value, boolean decimal) {
		return decimal ? Long.toUnsignedString(value) : "0x" + Long.toHexString(value);
	}

	String get(String name) {
		long value = field(name).get();
		return text(value, true) + " = " + text(value, false);
	}

	void set(String name, String value) {
		var field = field(name);
		long number = number(value);
		int bits = Byte.SIZE * field.width;
		if (bits < Long.SIZE && number >> bits != 0 && number >> bits - 1 != -1)
			throw new CommandException("value=" + value + ": " + name + " has " + bits + " bits");
		field.set(number);
	}

	static long number(String text) {
		try {
			return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
		} catch (NumberFormatException e) {
			throw new CommandException("value=" + text + ": a number, such as 17, -1 or 0x8000");
		}
	}

	private Field field(String name) {
		String[] parts = name.split("\\.", -1);
		var field = switch (ring) {
			case SplitDriverRing split -> split(split, parts);
			case PackedDriverRing packed -> packed(packed, parts);
		};
		if (field == null)
			throw new CommandException("no field " + name + "; N below " + ring.size() + "; fields: "
					+ (ring instanceof SplitDriverRing ? SPLIT_FIELDS : PACKED_FIELDS));
		return field;
	}

	private Field split(SplitDriverRing split, String... parts) {
		var memory = split.memory();
		return switch (parts[0]) {
			case "desc" -> descriptor(memory.descriptors(), "flags", "next", parts);
			case "avail" -> switch (part(parts, 1)) {
				case "flags" -> le16(memory.available(), 0);
				case "idx" -> le16(memory.available(), 2);
				case "used_event" -> le16(memory.available(), FIRST_ENTRY + 2L * ring.size());
				default -> parts.length == 2 && index(parts) >= 0
						? le16(memory.available(), FIRST_ENTRY + 2L * index(parts)) : null;
			};
			case "used" -> switch (part(parts, 1)) {
				case "flags" -> le16(memory.used(), 0);
				case "idx" -> le16(memory.used(), 2);
				case "avail_event" -> le16(memory.used(), FIRST_ENTRY + (long) USED_ELEMENT * ring.size());
				default -> usedElement(memory.used(), parts);
			};
			default -> null;
		};
	}

	private Field usedElement(MemorySegment used, String... parts) {
		long offset = FIRST_ENTRY + (long) USED_ELEMENT * index(parts);
		if (index(parts) < 0)
			return null;
		return switch (part(parts, 2)) {
			case "id" -> new Field(used, offset, Integer.BYTES);
			case "len" -> new Field(used, offset + 4, Integer.BYTES);
			default -> null;
		};
	}

	private Field packed(PackedDriverRing packed, String... parts) {
		var memory = packed.memory();
		return switch (parts[0]) {
			case "desc" -> descriptor(memory.descriptors(), "id", "flags", parts);
			case "driver" -> event(memory.driverEvent(), part(parts, 1));
			case "device" -> event(memory.deviceEvent(), part(parts, 1));
			default -> null;
		};
	}

	private static Field event(MemorySegment area, String part) {
		return part.equals("off_wrap") ? le16(area, 0) : part.equals("flags") ? le16(area, 2) : null;
	}

	/** The two layouts differ in the last four bytes. */
	private Field descriptor(MemorySegment table, String at12, String at14, String... parts) {
		long offset = (long) DESCRIPTOR * index(parts);
		if (index(parts) < 0)
			return null;
		String part = part(parts, 2);
		return part.equals("addr") ? new Field(table, offset, Long.BYTES)
				: part.equals("len") ? new Field(table, offset + 8, Integer.BYTES)
				: part.equals(at12) ? le16(table, offset + 12) : part.equals(at14) ? le16(table, offset + 14) : null;
	}

	private static Field le16(MemorySegment memory, long offset) {
		return new Field(memory, offset, Short.BYTES);
	}

	private static String part(String[] parts, int at) {
		return at < parts.length ? parts[at] : "";
	}

	/** The second part as an index into the ring; -1 if it is none. */
	private int index(String... parts) {
		String text = part(parts, 1);
		if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9'))
			return -1;
		int index = Integer.parseInt(text);
		return index < ring.size() ? index : -1;
	}
}
