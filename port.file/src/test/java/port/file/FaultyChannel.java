package port.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file whose disk does to the calls that a test is about what the test says. */
class FaultyChannel extends FileChannel {
	private final FileChannel file;

	FaultyChannel(FileChannel file) {
		this.file = file;
	}

	@Override
	public int write(ByteBuffer data) throws IOException {
		return file.write(data);
	}

	@Override
	public void force(boolean metaData) throws IOException {
		file.force(metaData);
	}

	@Override
	public final int read(ByteBuffer target) throws IOException {
		return file.read(target);
	}

	@Override
	public final long size() throws IOException {
		return file.size();
	}

	@Override
	public final FileChannel truncate(long size) throws IOException {
		return file.truncate(size);
	}

	@Override
	protected void implCloseChannel() throws IOException {
		file.close();
	}

	// ---- what port.file does not use

	@Override
	public final long read(ByteBuffer[] targets, int offset, int length) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final long write(ByteBuffer[] sources, int offset, int length) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final long position() {
		throw new UnsupportedOperationException();
	}

	@Override
	public final FileChannel position(long position) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final long transferTo(long position, long count, WritableByteChannel target) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final long transferFrom(ReadableByteChannel source, long position, long count) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final int read(ByteBuffer target, long position) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final int write(ByteBuffer source, long position) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final MappedByteBuffer map(MapMode mode, long position, long size) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final FileLock lock(long position, long size, boolean shared) {
		throw new UnsupportedOperationException();
	}

	@Override
	public final FileLock tryLock(long position, long size, boolean shared) {
		throw new UnsupportedOperationException();
	}
}
