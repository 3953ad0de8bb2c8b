package port.console.telnet;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One client's end of the protocol. Pieces may end anywhere: what is half said is remembered. */
public final class Telnet {
	/** Begins a command. */
	public static final byte IAC = (byte) 255;
	/** What a terminal's BREAK key sends. */
	public static final byte BREAK = (byte) 243;
	/** To interrupt what runs. */
	public static final byte INTERRUPT = (byte) 244;
	/** To be told that somebody is there. */
	public static final byte ARE_YOU_THERE = (byte) 246;

	private static final byte SUB_END = (byte) 240;
	private static final byte SUB_BEGIN = (byte) 250;
	private static final byte WILL = (byte) 251;
	private static final byte WONT = (byte) 252;
	private static final byte DO = (byte) 253;
	private static final byte DONT = (byte) 254;
	private static final byte CR = '\r';
	private static final byte LF = '\n';
	private static final byte NUL = 0;
	/** An option's code and what it says; the longest that is understood has nine bytes. */
	private static final int LONGEST_SUB = 16;
	/** More bytes than this one byte of the console never becomes. */
	private static final int WORST = 2;

	/** What a client's bytes come to. */
	public interface Peer {

		/** A key. */
		void key(byte key);

		/** The size of the client's window; 0 is "do not know". */
		void size(int columns, int rows);

		/** A command without an option: one of the constants, or another that may be ignored. */
		void signal(byte command);

		/** To be sent to the client as it is, between two answers of {@link Telnet#send}. */
		void reply(byte... bytes);
	}

	private enum Place {
		DATA, AFTER_CR, COMMAND, OPTION, SUB, SUB_COMMAND
	}

	private final Peer peer;
	private final Agreement ours = new Agreement(WILL, WONT);
	private final Agreement theirs = new Agreement(DO, DONT);
	private final ByteBuffer sub = ByteBuffer.allocate(LONGEST_SUB);
	private Place place = Place.DATA;
	private byte verb;
	/** The last byte sent was a CR, which says nothing without what follows. */
	private boolean sentCr;

	/**
	 * @param peer hears what comes
	 */
	public Telnet(Peer peer) {
		this.peer = peer;
	}

	/** Says what a console wants to be. */
	public void begin() {
		for (var option : Option.values()) {
			if (option.ours)
				ours.ask(option, peer);
			if (option.theirs)
				theirs.ask(option, peer);
		}
	}

	/** Reads all remaining bytes of a client. */
	public void receive(ByteBuffer wire) {
		while (wire.hasRemaining())
			receive(wire.get());
	}

	private void receive(byte it) {
		switch (place) {
			case DATA -> data(it);
			case AFTER_CR -> {
				place = Place.DATA;
				if (it != LF && it != NUL) // both are how a return key travels
					data(it);
			}
			case COMMAND -> command(it);
			case OPTION -> option(it);
			case SUB -> {
				if (it == IAC)
					place = Place.SUB_COMMAND;
				else
					subByte(it);
			}
			case SUB_COMMAND -> subCommand(it);
		}
	}

	private void data(byte it) {
		if (it == IAC) {
			place = Place.COMMAND;
			return;
		}
		peer.key(it);
		if (it == CR && !theirs.has(Option.BINARY))
			place = Place.AFTER_CR;
	}

	private void command(byte it) {
		place = Place.DATA;
		switch (it) {
			case IAC -> peer.key(IAC);
			case WILL, WONT, DO, DONT -> {
				verb = it;
				place = Place.OPTION;
			}
			case SUB_BEGIN -> {
				sub.clear();
				place = Place.SUB;
			}
			default -> peer.signal(it);
		}
	}

	private void option(byte code) {
		place = Place.DATA;
		var option = Option.of(code);
		boolean aboutUs = verb == DO || verb == DONT;
		boolean wanted = verb == DO || verb == WILL;
		var agreement = aboutUs ? ours : theirs;
		if (option != null && (aboutUs ? option.ours : option.theirs))
			agreement.hears(option, wanted, peer);
		else if (wanted)
			agreement.refuse(code, peer);
	}

	private void subCommand(byte it) {
		if (it == IAC) {
			subByte(IAC);
			place = Place.SUB;
			return;
		}
		place = Place.DATA;
		if (it == SUB_END)
			subEnd();
	}

	/** Of one that is too long only the beginning is kept, and it means nothing. */
	private void subByte(byte it) {
		place = Place.SUB;
		if (sub.hasRemaining())
			sub.put(it);
	}

	private void subEnd() {
		sub.flip();
		if (sub.remaining() == 5 && sub.get() == Option.NAWS.code)
			peer.size(Short.toUnsignedInt(sub.getShort()), Short.toUnsignedInt(sub.getShort()));
	}

	/**
	 * Makes of what the console says what the client is sent, as much as there is room for.
	 *
	 * @param said its position is moved past what was used
	 */
	public void send(ByteBuffer said, ByteBuffer wire) {
		boolean binary = ours.has(Option.BINARY);
		while (said.hasRemaining() && wire.remaining() >= WORST + 1) {
			byte it = said.get();
			if (sentCr && !binary && it != LF)
				wire.put(NUL);
			sentCr = it == CR;
			if (it == IAC)
				wire.put(IAC);
			wire.put(it);
		}
	}

	/** Writes down where the talk is, for {@link #restore}. */
	public void save(DataOutput to) throws IOException {
		to.writeInt(ours.state());
		to.writeInt(theirs.state());
		to.writeByte(place.ordinal());
		to.writeByte(verb);
		to.writeBoolean(sentCr);
		to.writeByte(sub.position());
		to.write(sub.array());
	}

	/** Goes on where another instance was. */
	public void restore(DataInput from) throws IOException {
		ours.state(from.readInt());
		theirs.state(from.readInt());
		place = Place.values()[from.readByte()];
		verb = from.readByte();
		sentCr = from.readBoolean();
		int position = from.readByte();
		from.readFully(sub.array());
		sub.clear().position(position);
	}
}
